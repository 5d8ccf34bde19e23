import { invalidInput } from '../../../platform/errors/index.ts';
import { brandingSettings } from '../../company/branding/index.ts';
import { changeSettings } from '../../company/context-settings/index.ts';
import { type Context, isContextCode } from '../../company/contexts/index.ts';
import { inTransaction, type ServerScope } from '../../scope.ts';
import { createContextWithBasics } from '../desired-state/index.ts';

type NewContext = Parameters<typeof createContextWithBasics>[1];

/** Behind production's code; with it the code keeps within the limit of every code. */
const codeEnding = '-approval';
const longestName = 100;

/** Of the button that matters, in approval: another than in production until somebody chooses one. */
export const approvalColor = '#8a4b00';

/** An approval environment, alone or of a production company that there is. @throws AppError invalid_input, context_code_taken, pairing, paired_already */
export const createApproval = (scope: ServerScope, input: Omit<NewContext, 'environment'>): Promise<Context> =>
  inTransaction(scope, async (outside) => {
    const context = await createContextWithBasics(outside, { ...input, environment: 'approval' });
    await changeSettings({ ...outside, contextId: context.contextId }, brandingSettings, { color: approvalColor }, 0);
    return context;
  });

/**
 * S6: production and approval, both or none. Each has its own keys, people and addresses; approval is called after production.
 * @param approval.address an origin of its own; without one approval lives below the server's address, wherever production does
 * @param approval.called what stands behind the name of production, in the company's language
 * @throws AppError invalid_input, context_code_taken
 */
export const createWithApproval = (
  scope: ServerScope,
  input: Omit<NewContext, 'environment' | 'pairedContextId'>,
  { address, called = 'approval' }: { address?: string; called?: string } = {},
): Promise<{ production: Context; approval: Context }> =>
  inTransaction(scope, async (outside) => {
    // said of the code that was typed: nobody knows the other one
    if (isContextCode(input.code) && !isContextCode(input.code + codeEnding)) throw invalidInput({ code: 'fields.context_code_of_pair' });
    const production = await createContextWithBasics(outside, { ...input, environment: 'production' });
    const approval = await createApproval(outside, {
      code: production.code + codeEnding,
      name: withEnding(production.name, ` (${called})`),
      timeZone: production.timeZone,
      pairedContextId: production.contextId,
      address,
    });
    return { production, approval };
  });

/** Cut between characters: half of an emoji is no name. */
const withEnding = (name: string, ending: string) => name.slice(0, longestName - ending.length).replace(/\p{Surrogate}$/u, '') + ending;
