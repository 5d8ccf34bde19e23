import { z } from 'zod';
import { listApplications } from '../../applications/applications/index.ts';
import { type Branding, isDefaultColor } from '../../company/branding/index.ts';
import type { SettingsKind } from '../../company/context-settings/index.ts';
import type { Scope } from '../../scope.ts';
import { loadPolicy, rulesInForce } from '../../sign-in/sign-in-policy/index.ts';
import type { Overview } from './overview.ts';

export const firstSteps = ['application', 'people', 'second-administrator', 'second-factor', 'branding', 'mail'] as const;
export type FirstStep = (typeof firstSteps)[number];

/** What the company's administrators chose for Home. */
export const homeSettings: SettingsKind<{ hidesFirstSteps: boolean }> = {
  name: 'home',
  schema: z.strictObject({ hidesFirstSteps: z.boolean().default(false) }),
};

/** What a new company does first, in this order, each with whether it is so: nobody ticks one off by hand. */
export async function listFirstSteps(
  scope: Scope,
  { people, administrators }: Pick<Overview, 'people' | 'administrators'>,
  { branding, canMail }: { branding: Branding; canMail: boolean },
): Promise<{ step: FirstStep; isDone: boolean }[]> {
  const { base, overrides } = rulesInForce(await loadPolicy(scope), scope.clock.now());
  const done: Record<FirstStep, boolean> = {
    application: (await listApplications(scope, {}, 1)).items.length > 0,
    // whoever reads this is one of them
    people: Object.values(people).reduce((sum, n) => sum + n, 0) > 1,
    'second-administrator': administrators > 1,
    'second-factor': [base, ...overrides].some(({ secondFactor }) => secondFactor.demand === 'required'),
    branding: branding.logo !== '' || !isDefaultColor(branding),
    mail: canMail,
  };
  return firstSteps.map((step) => ({ step, isDone: done[step] }));
}
