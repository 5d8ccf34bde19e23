import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parseState, resolveReferences } from '../../src/domain/administration/configuration/index.ts';
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
import { createCertificate } from '../../src/platform/saml/index.ts';

export const around = { approvalUrl: 'https://login.example/acme-approval' };

/** Makes approval of the company, where there is none, and brings it to this. */
export const applyApproval = (scope: Scope, more: Record<string, unknown>, code = 'acme') =>
  applyState(
    scope,
    parseState({
      contexts: [{ code: `${code}-approval`, name: 'Acme (approval)', environment: 'approval', pairedWith: code, ...more }],
    }),
    { acceptLockout: true },
  );

export const applyProduction = (scope: Scope, more: Record<string, unknown>, code = 'acme') =>
  applyState(scope, parseState({ contexts: [{ code, ...more }] }), { acceptLockout: true });

/** A company with everything in it that is configuration, as approval of this one. */
export async function applyEverything(scope: Scope, code = 'acme'): Promise<void> {
  const file = readFileSync(new URL('../fixtures/companies/everything.yaml', import.meta.url), 'utf8');
  const { value } = resolveReferences(parse(file), () => 'a-secret-of-approval-and-nobody-else');
  const {
    address: _a,
    samlEntityId: _s,
    code: _c,
    environment: _e,
    name: _n,
    ...everything
  } = (value as { contexts: Record<string, unknown>[] }).contexts[0]!;
  await applyApproval(scope, everything, code);
}

/** Every question with production's own word for it. */
export const answerAll = (comparison: Comparison, edit: (shown: string) => string): Choice['values'] =>
  Object.fromEntries(
    comparison.differences.map(({ id, questions }) => [id, Object.fromEntries(questions.map(({ path, shown }) => [path, edit(shown)]))]),
  );

type Options = { picked?: string[]; values?: Choice['values']; fingerprint?: string };

/** What somebody would send who ticks these, or what is ticked by itself. */
export function chooseFrom(comparison: Comparison, { picked, values = {} }: Options = {}): Choice {
  const usual = choiceByDefault(comparison);
  return { picked: picked ?? usual.picked, values: { ...usual.values, ...values }, accepted: [] };
}

/** Promotes, and takes note of what it is warned of. */
export async function promoteAll(scope: Scope, options: Options = {}): Promise<Promoted> {
  const comparison = await compareWithApproval(scope);
  const choice = chooseFrom(comparison, options);
  const wish = { fingerprint: options.fingerprint ?? comparison.fingerprint, choice };
  const first = await promote(scope, wish, around);
  if (first.outcome !== 'refused' || first.findings.some(({ severity }) => severity === 'error')) return first;
  return promote(scope, { ...wish, choice: { ...choice, accepted: first.findings.map(({ id }) => id) } }, around);
}

/** As `promoteAll`, of what has to go through. */
export async function promoted(scope: Scope, options: Options = {}): Promise<Extract<Promoted, { outcome: 'applied' }>> {
  const done = await promoteAll(scope, options);
  if (done.outcome !== 'applied') throw new Error(JSON.stringify(done));
  return done;
}

export const oidcApplication = (code: string, more: Record<string, unknown> = {}, oidc: Record<string, unknown> = {}) => ({
  code,
  name: code.toUpperCase(),
  navigable: true,
  ...more,
  oidc: { client_id: code, token_endpoint_auth_method: 'none', redirect_uris: [`https://${code}.try.example/cb`], ...oidc },
});

/** As it is in production: with an address of its own. */
export const ownApplication = (code: string, more: Record<string, unknown> = {}, oidc: Record<string, unknown> = {}) =>
  oidcApplication(code, more, { redirect_uris: [`https://${code}.acme.example/cb`], ...oidc });

export const ownRedirect = (...codes: string[]) =>
  Object.fromEntries(codes.map((code) => [`application ${code}`, { 'oidc.redirect_uris': `https://${code}.acme.example/cb` }]));

/** Of a partner, by its end. */
export function partnerCertificate(notAfter: Date): string {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const notBefore = new Date(Math.min(notAfter.getTime(), Date.now()) - 86_400_000);
  return createCertificate(privateKey, publicKey, 'ES256', {
    commonName: 'partner',
    notBefore,
    notAfter,
    serialNumber: Buffer.alloc(15, 1),
  });
}
