import { parseState } from '../../src/domain/administration/configuration/index.ts';
import { applyState } from '../../src/domain/administration/desired-state/index.ts';
import {
  type Choice,
  type Comparison,
  choiceByDefault,
  compareWithApproval,
  type Promoted,
  promote,
} from '../../src/domain/administration/promotion/index.ts';
import type { Scope } from '../../src/domain/scope.ts';

export const around = { approvalUrl: 'https://login.example/acme-approval' };

/** Makes approval of acme, and brings it to this. */
export const applyApproval = (scope: Scope, more: Record<string, unknown>, code = 'acme') =>
  applyState(
    scope,
    parseState({
      contexts: [{ code: `${code}-approval`, name: 'Acme (approval)', environment: 'approval', pairedWith: code, ...more }],
    }),
  );

export const applyProduction = (scope: Scope, more: Record<string, unknown>, code = 'acme') =>
  applyState(scope, parseState({ contexts: [{ code, ...more }] }));

/** What somebody would send who ticks these and takes note of everything. */
export async function chooseFrom(
  comparison: Comparison,
  picked: string[] | undefined,
  values: Choice['values'],
  accepted: string[],
): Promise<Choice> {
  const usual = choiceByDefault(comparison);
  return { picked: picked ?? usual.picked, values: { ...usual.values, ...values }, accepted };
}

type Options = { picked?: string[]; values?: Choice['values']; fingerprint?: string };

/** Promotes, and takes note of what it is warned of. */
export async function promoteAll(scope: Scope, { picked, values = {}, fingerprint }: Options = {}): Promise<Promoted> {
  const comparison = await compareWithApproval(scope);
  const choice = await chooseFrom(comparison, picked, values, []);
  const wish = { fingerprint: fingerprint ?? comparison.fingerprint, choice };
  const first = await promote(scope, wish, around);
  if (first.outcome !== 'refused' || first.findings.some(({ severity }) => severity === 'error')) return first;
  return promote(scope, { ...wish, choice: { ...choice, accepted: first.findings.map(({ id }) => id) } }, around);
}

export const oidcApplication = (code: string, more: Record<string, unknown> = {}, oidc: Record<string, unknown> = {}) => ({
  code,
  name: code.toUpperCase(),
  navigable: true,
  ...more,
  oidc: { client_id: code, token_endpoint_auth_method: 'none', redirect_uris: [`https://${code}.try.example/cb`], ...oidc },
});

export const ownRedirect = (code: string) => ({
  [`application ${code}`]: { 'oidc.redirect_uris': `https://${code}.acme.example/cb` },
});
