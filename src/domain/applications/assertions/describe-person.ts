import { type Attribute, type NameId, type NameIdFormat, nameIdFormat, newXmlId } from '../../../platform/saml/index.ts';
import type { Scope } from '../../scope.ts';
import type { Profile } from '../access/index.ts';
import type { Application, SamlSettings, SourceField } from '../applications/index.ts';
import { readPerson } from './read-person.ts';
import { findPersistentNameId, makePersistentNameId } from './store.ts';

/** What the request says of the name it wants (core §3.4.1.1). */
export type NameIdRequest = { format?: string; spNameQualifier?: string; allowCreate: boolean };

/** `unavailable`: the person or the request has no name in that format; the protocol says InvalidNameIDPolicy. */
export type Description = { outcome: 'described'; nameId: NameId; attributes: Attribute[] } | { outcome: 'unavailable'; format: string };

type SamlApplication = Pick<Application, 'applicationId'> & { saml: SamlSettings };

/** @param issuer our entity ID: persistent names are pairwise between it and the application (core §8.3.7) */
export async function describePerson(
  scope: Scope,
  application: SamlApplication,
  user: Profile,
  issuer: string,
  request?: NameIdRequest,
): Promise<Description> {
  const { saml } = application;
  const format = chooseFormat(saml, request?.format);
  if (!format || (request?.spNameQualifier && request.spNameQualifier !== saml.entityId))
    return { outcome: 'unavailable', format: request?.format ?? '' };
  const sources = [saml.nameIdField, ...saml.attributes.map(({ from }) => from)];
  const valuesOf = await readPerson(scope, user, saml.sendGroups ? [...sources, 'groupNames'] : sources);
  const nameId = await nameIdOf(scope, application, user, format, issuer, request?.allowCreate ?? true, valuesOf);
  if (!nameId) return { outcome: 'unavailable', format: nameIdFormat[format] };
  const attributes: Attribute[] = saml.attributes.map(({ name, nameFormat, friendlyName, from, value }) => ({
    name,
    nameFormat,
    friendlyName,
    values: from ? valuesOf(from) : [value ?? ''],
  }));
  if (saml.sendGroups) {
    attributes.push(
      { name: 'GroupId', nameFormat: 'basic', values: valuesOf('groupIds') },
      { name: 'Groupname', nameFormat: 'basic', values: valuesOf('groupNames') },
    );
  }
  // an attribute without a value says something else than one that is missing (core §2.7.3.1.1)
  return { outcome: 'described', nameId, attributes: attributes.filter(({ values }) => values.length > 0) };
}

/** The application may ask for another format than the one it is registered with, unless the administrator has forced that. */
function chooseFormat({ nameIdFormat: own, forceNameIdFormat }: SamlSettings, wanted: string | undefined): NameIdFormat | undefined {
  if (forceNameIdFormat || wanted === undefined || wanted === nameIdFormat.unspecified) return own;
  return (Object.keys(nameIdFormat) as NameIdFormat[]).find((key) => nameIdFormat[key] === wanted);
}

async function nameIdOf(
  scope: Scope,
  { applicationId, saml }: SamlApplication,
  user: Profile,
  format: NameIdFormat,
  issuer: string,
  allowCreate: boolean,
  valuesOf: (field: SourceField) => string[],
): Promise<NameId | undefined> {
  const uri = nameIdFormat[format];
  if (format === 'transient') return { format: uri, value: newXmlId(), nameQualifier: issuer, spNameQualifier: saml.entityId };
  if (format === 'persistent' && !saml.nameIdField) {
    const value =
      (await findPersistentNameId(scope, applicationId, user.userId)) ??
      (allowCreate ? await makePersistentNameId(scope, applicationId, user.userId) : undefined);
    return value ? { format: uri, value, nameQualifier: issuer, spNameQualifier: saml.entityId } : undefined;
  }
  const [value] = format === 'emailAddress' ? valuesOf('email') : valuesOf(saml.nameIdField ?? 'login');
  return value ? { format: uri, value } : undefined;
}
