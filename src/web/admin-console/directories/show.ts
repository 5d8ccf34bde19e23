import {
  findNewestRuns,
  findReadingPause,
  findReadingPauses,
  listRuns,
  type ReadingPause,
} from '../../../domain/administration/directory-runs/index.ts';
import {
  type Agent,
  attributesOf,
  type Directory,
  filtersOf,
  fingerprintOf,
  getDirectory,
  listAgents,
  listAgentsOf,
  listDirectories,
  stateOf,
} from '../../../domain/people/directories/index.ts';
import { countPending } from '../../../domain/people/directory-entries/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { faultText } from './words.ts';

export async function showDirectories(page: PageContext): Promise<void> {
  const { scope } = page;
  const all = await listDirectories(scope);
  const ids = all.map(({ directoryId }) => directoryId);
  const [pauses, agents] = [await findReadingPauses(scope, all), await listAgentsOf(scope, ids)];
  const [pending, runs] = [await countPending(scope, ids), await findNewestRuns(scope, ids)];
  const rows = all.map((directory) => {
    const { directoryId: id } = directory;
    const state = describeState(page, directory, pauses.get(id));
    return { ...state, agents: agents.get(id) ?? [], pending: pending.get(id), run: runs.get(id) };
  });
  renderPage(page, 'admin-console/directories/list', { rows });
}

const describeState = (page: PageContext, directory: Directory, pause: ReadingPause | undefined) => ({
  directory,
  state: stateOf(directory),
  why: directory.unavailableReason && faultText(page, directory.unavailableReason),
  pause,
});

/** A directory as the head of its pages shows it. */
export const presentState = async (page: PageContext, directory: Directory) =>
  describeState(page, directory, await findReadingPause(page.scope, directory.directoryId));

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
    server: page.context.url,
    agents: agents.map((agent) => presentAgent(page, agent)),
    filters: filtersOf(directory.kind, directory.settings),
    attributes: attributesOf(directory.kind, directory.settings),
  });
}

/** A clock further off than this makes sign-ins by Kerberos fail there, and times in reports wrong. */
const clockToleranceSeconds = 60;

function presentAgent(page: PageContext, agent: Agent) {
  const { clockOffsetSeconds: offset = 0, servers = [], ...status } = agent.status ?? {};
  return {
    ...agent,
    ...status,
    fingerprint: fingerprintOf(agent),
    clockOffset: Math.abs(offset) > clockToleranceSeconds ? Math.round(offset) : undefined,
    servers: servers.map((one) => ({ ...one, why: one.fault && faultText(page, one.fault) })),
  };
}
