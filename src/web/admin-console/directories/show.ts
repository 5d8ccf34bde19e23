import {
  findFailure,
  findFailures,
  findNewestRuns,
  findReadingPause,
  findReadingPauses,
  listRuns,
  type ReadingPause,
  type Run,
} from '../../../domain/administration/directory-runs/index.ts';
import {
  type Agent,
  areAtOdds,
  attributesOf,
  type Directory,
  filtersOf,
  fingerprintOf,
  getDirectory,
  isConnected,
  isTokenValid,
  listAgents,
  listAgentsOf,
  listDirectories,
  stateOf,
} from '../../../domain/people/directories/index.ts';
import { countPending } from '../../../domain/people/directory-entries/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { faultText, presentFaults } from './words.ts';

export async function showDirectories(page: PageContext): Promise<void> {
  const { scope } = page;
  const all = await listDirectories(scope);
  const ids = all.map(({ directoryId }) => directoryId);
  const [pauses, agents] = [await findReadingPauses(scope, all), await listAgentsOf(scope, ids)];
  const [pending, runs] = [await countPending(scope, ids), await findNewestRuns(scope, ids)];
  const failures = await findFailures(scope, ids);
  const rows = all.map((directory) => {
    const { directoryId: id } = directory;
    const state = describeState(page, directory, pauses.get(id), failures.get(id));
    return { ...state, ...presentAgents(page, agents.get(id) ?? []), pending: pending.get(id), run: runs.get(id) };
  });
  renderPage(page, 'admin-console/directories/list', { rows });
}

const describeState = (page: PageContext, directory: Directory, pause: ReadingPause | undefined, failure: Run | undefined) => ({
  directory,
  state: stateOf(directory),
  pause,
  ...presentFaults(page, directory, failure),
});

/** A directory as the head of its pages shows it. */
export const presentState = async (page: PageContext, directory: Directory) => {
  const { directoryId } = directory;
  return describeState(page, directory, await findReadingPause(page.scope, directoryId), await findFailure(page.scope, directoryId));
};

/** @param token that was made just now: shown this once */
export async function showDirectory(page: PageContext, directoryId = page.params.directory!, token?: string): Promise<void> {
  const directory = await getDirectory(page.scope, directoryId);
  const agents = await listAgents(page.scope, directory.directoryId);
  const runs = await listRuns(page.scope, directory.directoryId);
  renderPage(page, 'admin-console/directories/directory', {
    ...(await presentState(page, directory)),
    tab: 'overview',
    waitsForFirstImport: stateOf(directory) === 'configured' && runs.items.length === 0,
    token,
    isTokenValid: isTokenValid(directory, page.services.clock.now()),
    server: page.context.url,
    areAtOdds: areAtOdds(agents, page.services.clock.now()),
    ...presentAgents(page, agents),
    filters: filtersOf(directory.kind, directory.settings),
    attributes: attributesOf(directory.kind, directory.settings),
  });
}

/** A clock further off than this makes sign-ins by Kerberos fail there, and times in reports wrong. */
const clockToleranceSeconds = 60;

/** `connected`: how many of them are. */
function presentAgents(page: PageContext, all: Agent[]) {
  const agents = all.map((agent) => presentAgent(page, agent));
  return { agents, connected: agents.filter((one) => one.isConnected).length };
}

function presentAgent(page: PageContext, agent: Agent) {
  const { clockOffsetSeconds: offset = 0, servers = [], ...status } = agent.status ?? {};
  return {
    ...agent,
    ...status,
    isConnected: isConnected(agent, page.services.clock.now()),
    fingerprint: fingerprintOf(agent),
    clockOffset: Math.abs(offset) > clockToleranceSeconds ? Math.round(offset) : undefined,
    servers: servers.map((one) => ({ ...one, why: one.fault && faultText(page, one.fault) })),
  };
}
