import { randomToken } from '../../../platform/crypto/index.ts';
import { findApplicationByCode, usesSecret } from '../../applications/applications/index.ts';
import { inTransaction, type Scope, type Transaction } from '../../scope.ts';
import type { FactorKind } from '../../sign-in/credentials/factors/index.ts';
import { type Difference, idOf, type ObjectName, type ObjectRef, StateError } from '../configuration/index.ts';
import { applyDifferences, type PolicyOptions } from '../desired-state/index.ts';
import { type Outcome, objectsById } from './comparison.ts';
import { type Finding, finding } from './finding.ts';

/** Made for a client that had none here: shown once. */
export type NewSecret = { code: string; name: string; clientId: string; secret: string };

/** Writes all of it by the use cases of the console, or nothing. @returns what stands in the way, or the secrets that were made */
export async function writeChanges(
  scope: Scope,
  { changes, result }: Outcome,
  policy: PolicyOptions,
): Promise<{ secrets: NewSecret[] } | { refused: Finding }> {
  try {
    return await inTransaction(scope, async (inside) => {
      const secrets = await makeSecrets(inside, { changes, result });
      await applyDifferences(inside, withSecrets(changes, secrets), policy);
      return { secrets };
    });
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    return { refused: refusalOf(error, changes) };
  }
}

/** Secrets are never promoted: a client that needs one, and has none here, gets its own. */
async function makeSecrets(scope: Scope, { changes, result }: Outcome): Promise<NewSecret[]> {
  const after = objectsById(result);
  const secrets: NewSecret[] = [];
  for (const difference of changes) {
    if (difference.kind !== 'application' || difference.action === 'remove') continue;
    const { key, name, value } = after.get(idOf(difference))!;
    const oidc = value.oidc as { client_id?: string; token_endpoint_auth_method: string } | undefined;
    // of a protocol that ends nothing is left
    if (!oidc?.client_id || !usesSecret(oidc)) continue;
    const present = await findApplicationByCode(scope, key);
    if (!present?.oidc?.secret_fingerprint) secrets.push({ code: key, name, clientId: oidc.client_id, secret: randomToken() });
  }
  return secrets;
}

const withSecrets = (changes: Difference[], secrets: NewSecret[]): Difference[] =>
  changes.map((one) => {
    const made = one.kind === 'application' && one.action !== 'remove' && secrets.find(({ code }) => code === one.key);
    return made ? { ...one, fields: [...one.fields, { path: 'oidc.client_secret', after: made.secret }] } : one;
  });

const listOf: Record<string, Difference['kind']> = {
  customFields: 'customField',
  groups: 'group',
  directories: 'directory',
  applications: 'application',
  apis: 'api',
};

/** Of the object that the refusal names, as far as it names one. */
function refusalOf({ faults }: StateError, changes: Difference[]): Finding {
  const { path = '', message, params = {} } = faults[0] ?? { message: 'errors.server_error' };
  const candidates = changes
    .filter(({ kind, name, key }) =>
      Object.entries(listOf).some(([list, one]) => one === kind && [name, key].some((called) => begins(path, `${list}.${called}`))),
    )
    .sort((a, b) => b.key.length - a.key.length);
  const found: ObjectName | undefined =
    candidates[0] ??
    changes.find(({ kind }) => path.startsWith(kind)) ??
    changes.find(({ kind }) => kind === 'override' && path.startsWith('policy'));
  return finding('refused', found, { params: { ...params, rule: message } });
}

const begins = (path: string, name: string): boolean => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`);

const ofPolicy: Difference['kind'][] = ['policy', 'override'];

/** The policy is written as one: what is refused of it is refused of all its rules. */
const isPartOf = (one: ObjectRef, refused: ObjectRef): boolean =>
  idOf(one) === idOf(refused) || (ofPolicy.includes(one.kind) && ofPolicy.includes(refused.kind));

/** Thrown so that nothing of what was tried stays. */
class Tried extends Error {}

/** What would stand in the way, of each object: it is written and taken back. */
export async function tryChanges(scope: Scope, outcome: Outcome, usableFactors?: FactorKind[]): Promise<Finding[]> {
  const found: Finding[] = [];
  let left = outcome.changes;
  // one that is refused hides those after it; of many, looking again and again takes too long
  const most = left.length > 100 ? 3 : 20;
  while (left.length > 0 && found.length < most) {
    const refused = await tryOnce(scope, { ...outcome, changes: left }, usableFactors);
    if (!refused) return found;
    found.push(refused);
    const { object } = refused;
    if (!object) return found;
    left = left.filter((one) => !isPartOf(one, object) && !one.needs.some((need) => idOf(need) === idOf(object)));
  }
  return found;
}

async function tryOnce(scope: Scope, outcome: Outcome, usableFactors?: FactorKind[]): Promise<Finding | undefined> {
  try {
    await inTransaction(scope, async (inside: Transaction) => {
      const written = await writeChanges(inside, outcome, { usableFactors });
      if ('refused' in written) throw Object.assign(new Tried(), { finding: written.refused });
      throw new Tried();
    });
    return undefined;
  } catch (error) {
    if (error instanceof Tried) return (error as Tried & { finding?: Finding }).finding;
    throw error;
  }
}
