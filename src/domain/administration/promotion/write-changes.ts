import { randomToken } from '../../../platform/crypto/index.ts';
import { findApplicationByCode, usesSecret } from '../../applications/applications/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import {
  type Difference,
  idOf,
  type Kind,
  kinds,
  type ListedKind,
  listOfKind,
  type ObjectName,
  pathOfNames,
  StateError,
  type StateFault,
  showFound,
} from '../configuration/index.ts';
import { applyDifferences, type PolicyOptions, rehearse } from '../desired-state/index.ts';
import { type Outcome, objectsById } from './comparison.ts';
import { type Finding, finding } from './finding.ts';

/** Made for a client that had none here: shown once. */
export type NewSecret = { code: string; name: string; clientId: string; secret: string };

/** Writes all of it by the use cases of the console, or nothing. @returns what stands in the way, or the secrets that were made */
export async function writeChanges(
  scope: Scope,
  { changes, result }: Outcome,
  policy: PolicyOptions,
): Promise<{ secrets: NewSecret[] } | { refused: Finding[] }> {
  try {
    return await inTransaction(scope, async (inside) => {
      const secrets = await makeSecrets(inside, { changes, result });
      await applyDifferences(inside, withNewSecrets(changes, secrets), policy);
      return { secrets };
    });
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    const objects = objectsById(result);
    return { refused: error.faults.map((fault) => refusalOf(fault, changes, objects)) };
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

const withNewSecrets = (changes: Difference[], secrets: NewSecret[]): Difference[] =>
  changes.map((one) => {
    const made = one.kind === 'application' && one.action !== 'remove' && secrets.find(({ code }) => code === one.key);
    return made ? { ...one, fields: [...one.fields, { path: 'oidc.client_secret', after: made.secret }] } : one;
  });

const kindOf = new Map(Object.entries(listOfKind).map(([kind, list]) => [list as string, kind as ListedKind]));

/** The object that the path of a refusal leads to, and the rest of the path. */
function placeOf([first, ...rest]: readonly PropertyKey[], changes: Difference[]): { object?: ObjectName; path: readonly PropertyKey[] } {
  const find = (kind: Kind, key: PropertyKey = '', path: readonly PropertyKey[] = []) => {
    const called = String(key);
    const found = changes.find((one) => one.kind === kind && (one.key === called || one.name === called));
    return { object: found ?? { kind, key: called, name: called }, path };
  };
  const listed = kindOf.get(String(first));
  if (listed) return rest.length > 0 ? find(listed, rest[0], rest.slice(1)) : find('customFieldOrder');
  if (first === 'mails') return find('mail', rest.slice(0, 2).join('.'), rest.slice(2));
  if (first === 'policy') {
    if (rest[0] === 'overrides') return find('override', rest[1], rest.slice(2));
    const base = changes.find(({ kind }) => kind === 'policy') ?? changes.find(({ kind }) => kind === 'override');
    return { object: base, path: rest };
  }
  const own = kinds.find((kind) => kind === first);
  if (own) return find(own, '', rest);
  return first === undefined ? { path: [] } : find('company', '', [first, ...rest]);
}

function refusalOf(
  { steps = [], message, params = {} }: StateFault,
  changes: Difference[],
  objects: ReturnType<typeof objectsById>,
): Finding {
  const { object, path } = placeOf(steps, changes);
  if (message === 'errors.policy_without_way_in') return finding('no_way_in', object);
  const field = pathOfNames(path.map(String));
  const value = object && objects.get(idOf(object))?.value;
  const found = showFound(value, { steps: path, message });
  return finding('refused', object, { ...(field ? { path: field } : {}), params: { ...params, rule: message }, found });
}

/** Everything that would stand in the way, of each object: it is written and taken back. */
export const tryChanges = (scope: Scope, outcome: Outcome, policy: PolicyOptions): Promise<Finding[]> =>
  rehearse(scope, async (inside) => {
    const written = await writeChanges(inside, outcome, policy);
    return 'refused' in written ? written.refused : [];
  });
