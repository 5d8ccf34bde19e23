import type { DirectoryStatus } from '../../smartsync-protocol/index.ts';
import { ShowDeleted } from './controls.ts';
import { textsOf } from './entry.ts';
import { isUnavailable } from './failure.ts';
import type { Session } from './servers.ts';

export type Rights = NonNullable<DirectoryStatus['rights']>;

/** What the service account may do, where the directory tells ([MS-ADTS] constructed attributes). OpenLDAP does not. */
export async function readRights(session: Session): Promise<Rights> {
  if (session.facts.kind !== 'active-directory') return {};
  return { readDeleted: await maySeeDeleted(session), write: await mayWrite(session) };
}

/** The container of what was deleted is hidden from who may not read it. */
export async function maySeeDeleted({ connection, facts }: Session): Promise<boolean> {
  try {
    const container = await connection.read(`CN=Deleted Objects,${facts.rootDn}`, ['objectClass'], [], [new ShowDeleted()]);
    return container !== undefined && textsOf(container, 'objectClass').length > 0;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    return false;
  }
}

/** Whether it may make people in the base, or change one of the first whom it sees there. */
async function mayWrite({ connection, base }: Session): Promise<boolean> {
  const effective = ['allowedChildClassesEffective', 'allowedAttributesEffective'];
  const isAllowed = (texts: string[], name: string) => texts.some((one) => one.toLowerCase() === name);
  const container = await connection.read(base, effective).catch(unlessUnavailable);
  if (container && isAllowed(textsOf(container, effective[0]!), 'user')) return true;
  const filter = '(&(objectCategory=person)(objectClass=user)(!(isCriticalSystemObject=TRUE))(!(adminCount=1)))';
  const some = (await connection.search(base, { filter, attributes: effective, sizeLimit: 20 }).catch(unlessUnavailable)) ?? [];
  return some.some((person) => isAllowed(textsOf(person, effective[1]!), 'useraccountcontrol'));
}

const unlessUnavailable = (error: unknown): undefined => {
  if (isUnavailable(error)) throw error;
};
