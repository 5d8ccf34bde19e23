import { defaultFilters } from '../../smartsync-protocol/index.ts';
import { hasBase } from './base.ts';
import { Connection } from './connection.ts';
import { readFacts } from './facts.ts';
import { ConnectionFailure, code, hasCode, messageOf, Refused } from './failure.ts';
import { checkFilter } from './filter.ts';
import type { Check, ConnectionReport, Fault } from './report.ts';
import { maySeeDeleted, readRights } from './rights.ts';
import { faultOf } from './server.ts';
import type { Session } from './servers.ts';
import type { DirectorySettings } from './settings.ts';
import { readAddress } from './sockets.ts';

/** "Test connection" of the local page: every server, then the directory by the first that works. */
export async function testConnection(settings: DirectorySettings, userFilter?: string): Promise<ConnectionReport> {
  const checks: Check[] = [];
  let session: Session | undefined;
  try {
    for (const url of settings.urls) {
      const found = await testServer(settings, url, checks);
      if (session) found?.connection.close();
      else session = found;
    }
    if (session) await testDirectory(session, userFilter, checks);
  } finally {
    session?.connection.close();
  }
  return { isOk: checks.every(({ isOk, isWarning }) => isOk || isWarning) && session !== undefined, checks };
}

async function testServer(settings: DirectorySettings, url: string, checks: Check[]): Promise<Session | undefined> {
  const add = (check: Omit<Check, 'url'>) => checks.push({ ...check, url });
  let connection: Connection | undefined;
  try {
    readAddress(url);
    connection = await Connection.open(settings, url, settings.timeoutSeconds * 1000);
    add({ check: 'address', isOk: true });
    add({ check: 'connection', isOk: true });
    add(
      connection.isEncrypted
        ? { check: 'encryption', isOk: true }
        : { check: 'encryption', isOk: false, isWarning: true, fault: 'not-encrypted' },
    );
    await connection.bind(settings.bindDn, settings.bindPassword);
    add({ check: 'bind', isOk: true });
    const facts = await readFacts(connection, settings.baseDn);
    add({ check: 'directory', isOk: true, detail: [facts.kind, facts.serverName].filter(Boolean).join(' ') });
    const base = settings.baseDn ?? facts.rootDn ?? '';
    return { connection, facts, base, begin: () => undefined };
  } catch (error) {
    connection?.close();
    const fault = connection ? faultOf(error) : error instanceof ConnectionFailure ? error.fault : 'unavailable';
    const check = connection && !checks.some((one) => one.url === url && one.check === 'bind') ? 'bind' : stageOf(fault);
    if (!connection) for (const passed of stages.slice(0, stages.indexOf(check))) add({ check: passed, isOk: true });
    const certificate = error instanceof ConnectionFailure ? error.certificate : undefined;
    add({ check, isOk: false, fault, detail: messageOf(error), ...(certificate && { certificate }) });
    return undefined;
  }
}

const stages: Check['check'][] = ['address', 'connection', 'encryption', 'directory'];

const stageOf = (fault: Fault): Check['check'] => {
  if (fault === 'address-invalid' || fault === 'name-not-found') return 'address';
  if (fault === 'not-ldap') return 'directory';
  return fault.startsWith('tls-') ? 'encryption' : 'connection';
};

async function testDirectory(session: Session, userFilter: string | undefined, checks: Check[]): Promise<void> {
  const { connection, facts, base } = session;
  if (!base || !(await hasBase(connection, base).catch(() => false))) {
    checks.push({ check: 'base', isOk: false, fault: 'base-not-found', detail: base });
    return;
  }
  checks.push({ check: 'base', isOk: true, detail: base });
  checks.push(await testFilter(session, userFilter ?? defaultFilters[facts.kind].userFilter));
  if (facts.kind !== 'active-directory') return;
  const seesDeleted = await maySeeDeleted(session);
  checks.push({ check: 'deleted', isOk: seesDeleted, ...(!seesDeleted && { isWarning: true, fault: 'no-right-deleted' as const }) });
  const { write } = await readRights(session);
  checks.push({ check: 'write', isOk: write === true, ...(!write && { isWarning: true, fault: 'no-right-write' as const }) });
}

/** Whether anybody is found, and how many of the first thousand. */
async function testFilter({ connection, base }: Session, filter: string): Promise<Check> {
  const most = 1000;
  try {
    checkFilter(filter);
    const found: unknown[] = [];
    for await (const page of connection.pages(base, { filter, attributes: ['1.1'] })) {
      found.push(...page);
      if (found.length >= most) break;
    }
    if (found.length === 0) return { check: 'filter', isOk: false, fault: 'no-match', detail: filter };
    return { check: 'filter', isOk: true, detail: found.length >= most ? `${most}+` : String(found.length) };
  } catch (error) {
    if (error instanceof Refused) return { check: 'filter', isOk: false, fault: 'filter-invalid', detail: error.message };
    const fault = hasCode(error, code.insufficientAccessRights) ? 'no-right-read' : 'unavailable';
    return { check: 'filter', isOk: false, fault, detail: messageOf(error) };
  }
}
