import { type Directory, getAgent, getDirectory, makeToken, revokeAgent, revokeToken } from '../../../domain/people/directories/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';
import { showDirectory } from './show.ts';

const pathOf = ({ directoryId }: Directory): string => `/admin/directories/${directoryId}`;

type Step = { dangerous?: boolean; run(page: PageContext, directory: Directory): Promise<void> };

/** What can be done to a directory's token and agents, each asked before, by the last part of its address. */
const steps: Record<string, Step> = {
  token: {
    async run(page, { directoryId }) {
      await showDirectory(page, directoryId, await makeToken(page.scope, directoryId));
    },
  },
  'revoke-token': {
    dangerous: true,
    async run(page, directory) {
      await revokeToken(page.scope, directory.directoryId);
      redirectTo(page, pathOf(directory), 'directory_token_revoked');
    },
  },
  'revoke-agent': {
    dangerous: true,
    async run(page, directory) {
      const agent = await agentOf(page, directory, page.form.get('agent'));
      await revokeAgent(page.scope, agent.agentId);
      redirectTo(page, pathOf(directory), 'directory_agent_revoked');
    },
  },
};

/** @throws AppError not_found, also for an agent of another directory */
async function agentOf(page: PageContext, { directoryId }: Directory, agentId: string) {
  const agent = await getAgent(page.scope, agentId);
  if (agent.directoryId !== directoryId) throw notFound();
  return agent;
}

async function load(page: PageContext) {
  const name = page.params.step!;
  const step = Object.hasOwn(steps, name) ? steps[name] : undefined;
  if (!step) throw notFound();
  return { name, step, directory: await getDirectory(page.scope, page.params.directory!) };
}

export async function confirmStep(page: PageContext): Promise<void> {
  const { name, step, directory } = await load(page);
  const agent = name === 'revoke-agent' ? await agentOf(page, directory, page.query('agent')) : undefined;
  const question = name === 'token' && !directory.hasToken ? 'first_token' : name.replace('-', '_');
  renderPage(page, 'admin-console/confirm', {
    question: `confirm.directory_${question}`,
    name: agent?.name ?? directory.name,
    action: `${pathOf(directory)}/steps/${name}`,
    hidden: { agent: agent?.agentId },
    back: pathOf(directory),
    dangerous: step.dangerous,
  });
}

export async function submitStep(page: PageContext): Promise<void> {
  const { step, directory } = await load(page);
  await step.run(page, directory);
}
