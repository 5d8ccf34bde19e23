import { acceptEntries, rejectEntries } from '../../src/domain/administration/directory-acceptance/index.ts';
import { approveRun, startRun } from '../../src/domain/administration/directory-runs/index.ts';
import { enrolAgent, makeToken, noteAgentSeen, noteDirectoryState } from '../../src/domain/people/directories/index.ts';
import { findEntryOfUser } from '../../src/domain/people/directory-entries/index.ts';
import { findGroupByName } from '../../src/domain/people/groups/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { FakeDirectory, lastRun, linkDirectory, workOn } from './directory-runs.ts';
import { publicKeys } from './fake-agent.ts';

const longName = 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren';

/** One directory with people in every state and an agent with something wrong, and one whose first import waits for an answer. @returns addresses of pages */
export async function prepareDirectories(scope: Scope): Promise<string[]> {
  const there = new FakeDirectory();
  const [accepted, rejected] = [there.person('Maria Luz', { attributes: { department: ['RH'] } }), there.person('Pedro Ramos')];
  there.person(`Hubert ${longName}`, { dn: `cn=${longName},ou=${longName},dc=corp` });
  const conflict = there.person('Ana Other', { attributes: { mail: ['ana@acme.example'] } });
  const group = there.group('Bookkeeping', [{ id: accepted.id }]);
  const directory = await linkDirectory(scope, {}, 'active-directory');
  const { directoryId } = directory;
  const agent = { name: `SRV-${longName}`, software: 'SmartSync 1.0.0', protocol: { major: 1, minor: 0 } };
  const { agentId } = await enrolAgent(scope, { token: await makeToken(scope, directoryId), ...agent, ...publicKeys });
  const servers = [
    { url: 'ldaps://dc1.corp.example', isUp: true },
    { url: `ldaps://${longName}.corp.example`, isUp: false, fault: 'tls-name', detail: 'the certificate is for dc9.corp.example' },
  ];
  await noteAgentSeen(scope, agentId, { status: { isUp: true, servers, clockOffsetSeconds: 3600, rights: { write: false } } });
  await startRun(scope, directoryId, { purpose: 'sync' });
  await workOn(scope, directory, there);
  await approveRun(scope, (await lastRun(scope, directory)).runId);
  await workOn(scope, directory, there);
  await acceptEntries(scope, directoryId, { entryIds: [accepted.id, group.id] });
  await rejectEntries(scope, directoryId, { entryIds: [rejected.id] });
  there.change({ ...accepted, attributes: { ...accepted.attributes, sn: ['Luz dos Santos'] } });
  await startRun(scope, directoryId, { purpose: 'sync' });
  await workOn(scope, directory, there);
  const run = await lastRun(scope, directory);

  const away = await linkDirectory(scope);
  await startRun(scope, away.directoryId, { purpose: 'sync' });
  await workOn(scope, away, there);
  const stopped = await lastRun(scope, away);
  await noteDirectoryState(scope, away.directoryId, { isUp: false, reason: 'wrong-bind' });

  const base = `/admin/directories/${directoryId}`;
  const user = (await findUserByLogin(scope, 'maria.luz@corp.example'))!;
  const { entryId } = (await findEntryOfUser(scope, user.userId))!;
  const { groupId } = (await findGroupByName(scope, 'Bookkeeping'))!;
  return [
    '/admin/directories',
    '/admin/directories/new',
    '/admin/directories/rules',
    base,
    `${base}/edit`,
    `${base}/remove`,
    `${base}/steps/token`,
    `${base}/entries`,
    `${base}/entries/${conflict.id}`,
    `${base}/entries/${entryId}/unlink`,
    `${base}/runs`,
    `${base}/runs/${run.runId}`,
    `${base}/runs/${run.runId}/undo`,
    `/admin/directories/${away.directoryId}/runs/${stopped.runId}`,
    `/admin/users/${user.userId}`,
    `/admin/users/${user.userId}/edit`,
    `/admin/groups/${groupId}`,
  ];
}
