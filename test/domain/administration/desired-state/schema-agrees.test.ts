import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { findInRest, resolveReferences } from '../../../../src/domain/administration/configuration/index.ts';
import { applyState, findFaults, parseState, StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { faultsOf, type JsonSchema } from '../../../support/json-schema.ts';
import { useStore } from '../../../support/use-cases.ts';

const read = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const schema = JSON.parse(read('docs/apply.schema.json')) as JsonSchema;

type Step = string | number;
type Leaf = { steps: Step[]; value: unknown };
type Keys = Record<Step, unknown>;

/** Of all texts, numbers and switches of a file, and of its objects and lists. */
function partsOf(value: unknown, steps: Step[] = []): Leaf[] {
  const below = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const own = steps.length > 0 ? [{ steps, value }] : [];
  return [...own, ...below.flatMap(([key, one]) => partsOf(one, [...steps, Array.isArray(value) ? Number(key) : key]))];
}

function changed(file: unknown, steps: Step[], value: unknown): unknown {
  const copy = structuredClone(file);
  const owner = steps.slice(0, -1).reduce<unknown>((found, step) => (found as Keys)[step], copy) as Keys;
  if (value === undefined) delete owner[steps.at(-1)!];
  else owner[steps.at(-1)!] = value;
  return copy;
}

/** Names of a company's own stand here as keys, and RFC 7517 lets more stand in a set of keys. */
const isFree = (steps: Step[]): boolean =>
  steps.some((step) => step === 'jwks' || step === 'customFields') && !steps.slice(0, -1).includes('users');

describe('domain/administration/desired-state: what the schema for editors says', () => {
  const store = useStore();
  const secret = 'a-secret-of-this-test-and-nobody-else';
  const everything = parse(read('test/fixtures/companies/everything.yaml')) as { contexts: Keys[] };

  /** Faults of a dry run, of the whole file. */
  async function applied(file: unknown, values: Record<string, string> = {}): Promise<StateError['faults']> {
    const { value, faults } = resolveReferences(file, (_, name) => values[name] ?? secret);
    try {
      if (faults.length > 0) return faults;
      await applyState(store.scope, parseState(value), { dryRun: true });
      return [];
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      return findInRest(value, error.faults, (state) => findFaults(store.scope, state));
    }
  }
  const verdicts = async (file: unknown, values?: Record<string, string>) => {
    const faults = await applied(file, values);
    return {
      schema: faultsOf(schema, file).length === 0 ? 'takes' : 'refuses',
      apply: faults.length === 0 ? 'takes' : 'refuses',
      why: [
        ...faults.map(({ path, message }) => `${path} ${message}`),
        ...faultsOf(schema, file).map(({ path, keyword }) => `${path} ${keyword}`),
      ],
    };
  };

  it('is what apply says of targets, options, days and references', async () => {
    const field = (type: string, options?: string[]) => ({
      customFields: [{ code: 'one', label: 'One', type, ...(options ? { options } : {}) }],
    });
    const target = (one: object) => ({ policy: { overrides: [{ for: one, session: { idleMinutes: 5 } }] } });
    const reference = '$' + '{env:V}';
    const client = (redirect: string, method: string) => ({
      applications: [
        { code: 'ref', name: 'Ref', oidc: { client_id: 'ref', token_endpoint_auth_method: method, redirect_uris: [redirect] } },
      ],
    });
    const cases: [says: object, verdict: 'takes' | 'refuses', reads?: string][] = [
      [target({}), 'refuses'],
      [target({ role: 'regular', application: 'payroll' }), 'refuses'],
      [target({ role: 'regular' }), 'takes'],
      ...['choice', 'choices'].flatMap((type): [object, 'takes' | 'refuses'][] => [
        [field(type), 'refuses'],
        [field(type, []), 'refuses'],
        [field(type, ['a']), 'takes'],
      ]),
      ...['text', 'number', 'date', 'boolean'].flatMap((type): [object, 'takes' | 'refuses'][] => [
        [field(type), 'takes'],
        [field(type, []), 'takes'],
        [field(type, ['a']), 'refuses'],
      ]),
      ...[0, 1, 5, 29, 30, 36_500, 36_501, -1, 30.5].map((days): [object, 'takes' | 'refuses'] => [
        { auditRetentionDays: days },
        days === 0 || (days >= 30 && days <= 36_500 && Number.isInteger(days)) ? 'takes' : 'refuses',
      ]),
      [{ environment: reference }, 'takes', 'production'],
      [{ address: reference }, 'takes', 'https://ref.acme.example'],
      [{ policy: { secondFactor: { demand: reference } } }, 'takes', 'optional'],
      [{ policy: { lockout: { limit: reference } } }, 'takes', '7'],
      [{ newAccounts: { activation: reference } }, 'takes', 'invitation'],
      [client('https://ref.acme.example/cb', reference), 'takes', 'none'],
      [client(reference, 'none'), 'takes', 'https://ref.acme.example/cb'],
      [{ users: [{ email: reference, firstName: 'Ref', role: 'regular' }] }, 'takes', 'ref@acme.example'],
      [{ policy: { secondFactor: { demand: 'always' } } }, 'refuses'],
      [{ directoryRules: { signIn: reference } }, 'refuses', 'true'],
    ];
    for (const [says, verdict, reads = ''] of cases) {
      const found = await verdicts({ contexts: [{ code: 'acme', ...says }] }, { V: reads });
      expect([found.schema, found.apply], `${JSON.stringify(says)} ${found.why.join('; ')}`).to.deep.equal([verdict, verdict]);
    }
  });

  it('is what apply says of a whole company, and of it with anything changed that a schema can know', async () => {
    expect(await verdicts(everything)).to.deep.equal({ schema: 'takes', apply: 'takes', why: [] });
    const all = partsOf(everything).filter(({ steps }) => steps.length > 2 && steps[2] !== 'code');
    const texts = all.filter(({ value }) => typeof value === 'string' && !value.includes('$' + '{'));
    const keys = all.filter(({ steps, value }) => typeof value === 'object' && value !== null && !Array.isArray(value) && !isFree(steps));
    const change = fc.oneof(
      fc.constantFrom(...texts).map(({ steps, value }) => ({ steps, value: ('$' + '{env:V}') as unknown, reads: String(value) })),
      fc.constantFrom(...keys).map(({ steps }) => ({ steps: [...steps, 'nothing'] as Step[], value: 1 as unknown, reads: '' })),
      fc.constantFrom(...all.filter(({ steps }) => !isFree(steps))).map(({ steps, value }) => ({
        steps,
        value: (Array.isArray(value) ? 5 : typeof value === 'object' ? [5] : { wrong: 1 }) as unknown,
        reads: '',
      })),
      fc
        .tuple(fc.constantFrom(...all.filter(({ value }) => typeof value === 'number')), fc.constantFrom(-1, 1_000_000_000))
        .map(([{ steps }, value]) => ({ steps, value: value as unknown, reads: '' })),
    );
    await fc.assert(
      fc.asyncProperty(change, async ({ steps, value, reads }) => {
        const found = await verdicts(changed(everything, steps, value), { V: reads });
        expect(found.schema, `${steps.join('.')} ${JSON.stringify(value)}: ${found.why.slice(0, 4).join('; ')}`).to.equal(found.apply);
      }),
      { numRuns: 40 },
    );
  });
});
