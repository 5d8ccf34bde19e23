import { findFailure, findReadingPause, listRuns } from '../../../domain/administration/directory-runs/index.ts';
import {
  type Agent,
  areAtOdds,
  attributesOf,
  type Directory,
  filtersOf,
  fingerprintOf,
  getDirectory,
  isConnected,
  listAgents,
  listDirectories,
  stateOf,
} from '../../../domain/people/directories/index.ts';
import { countPending } from '../../../domain/people/directory-entries/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { faultText, presentFaults } from './words.ts';

export async function showDirectories(page: PageContext): Promise<void> {
  const all = await listDirectories(page.scope);
  const pending = await countPending(
    page.scope,
    all.map(({ directoryId }) => directoryId),
  );
  const rows = [];
  for (const directory of all) {
    const { directoryId } = directory;
    const [agents, runs] = [await listAgents(page.scope, directoryId), await listRuns(page.scope, directoryId)];
    rows.push({
      ...(await presentState(page, directory)),
      ...presentAgents(page, agents),
      pending: pending.get(directoryId),
      run: runs.items[0],
    });
  }
  renderPage(page, 'admin-console/directories/list', { rows });
}

/** A directory as the head of its pages shows it. */
export const presentState = async (page: PageContext, directory: Directory) => ({
  directory,
  state: stateOf(directory),
  pause: await findReadingPause(page.scope, directory.directoryId),
  ...presentFaults(page, directory, await findFailure(page.scope, directory.directoryId)),
});

/** @param token that was made just now: shown this once */
export async function showDirectory(page: PageContext, directoryId = page.params.directory!, token?: string): Promise<void> {
  const directory = await getDirectory(page.scope, directoryId);
  const agents = await listAgents(page.scope, directory.directoryId);
  renderPage(page, 'admin-console/directories/directory', {
    ...(await presentState(page, directory)),
    tab: 'overview',
    token,
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
