import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { parse } from 'yaml';
import { findInRest, resolveReferences } from '../../../../src/domain/administration/configuration/index.ts';
import { applyState, findFaults, parseState, StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { faultsOf, type JsonSchema, laxParts } from '../../../support/json-schema.ts';
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

/** Of which most places take a few and none takes all. */
const wrongTexts = ['', ' ', 'two words', 'a\u0007b', '#', 'https://u@x.example/#a', '300.1.2.3/8', 'x'.repeat(70), 'x'.repeat(5000)];

/**
 * What JSON Schema cannot know, by the rules of `apply`: what the company has, what words, keys and filters mean, which zones, schemes and top-level
 * domains there are, and the names of people, of which invisible characters are taken away first.
 */
const unsayable =
  /errors\.unknown_|fields\.(api_scope_unknown|custom_field_unknown|one_of|own_entity_id|time_zone|logo|jwks_unusable|certificate|ldap_filter|template|color_contrast|redirect_scheme\w*|redirect_pattern\w*|relay_state_pattern|domain|email|one_name)$|users\[0\]\.(firstName|lastName|department|customFields)/;

/** Every object that a file can have, by its schema. */
function* objectsOf(one: unknown): Generator<unknown> {
  if (typeof one !== 'object' || one === null) return;
  const { properties, anyOf, items, additionalProperties } = one as { properties?: object; anyOf?: unknown[] } & Keys;
  if (properties) yield one;
  for (const inner of [...Object.values(properties ?? {}), ...(anyOf ?? []), items, additionalProperties]) yield* objectsOf(inner);
}

/** Every place of the file at which the schema has a key that may be left out, whether the file has it or not. @param reached gets the schemas of the objects that the file has */
function* optionalIn(one: JsonSchema, value: unknown, reached: Set<unknown>, steps: Step[] = []): Generator<Step[]> {
  for (const choice of (one.anyOf ?? []) as JsonSchema[]) yield* optionalIn(choice, value, reached, steps);
  if (Array.isArray(value)) {
    if (one.items)
      for (const [index, item] of value.entries()) yield* optionalIn(one.items as JsonSchema, item, reached, [...steps, index]);
  } else if (typeof value === 'object' && value !== null) {
    const {
      properties = {},
      required = [],
      additionalProperties: others,
    } = one as { properties?: Record<string, JsonSchema>; required?: string[]; additionalProperties?: JsonSchema | boolean };
    reached.add(one);
    for (const [name, inner] of Object.entries(properties)) {
      if (name === '$schema') continue;
      if (!required.includes(name)) yield [...steps, name];
      yield* optionalIn(inner, (value as Keys)[name], reached, [...steps, name]);
    }
    if (typeof others === 'object')
      for (const [name, inner] of Object.entries(value))
        if (!(name in properties)) {
          yield [...steps, name];
          yield* optionalIn(others, inner, reached, [...steps, name]);
        }
  }
}

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

  it('is what apply says of targets, options, days, references and what goes together', async () => {
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
    const oidc = { client_id: 'x', token_endpoint_auth_method: 'none', redirect_uris: ['https://x.acme.example/cb'] };
    const saml = { entityId: 'urn:x', assertionConsumerServices: [{ url: 'https://x.acme.example/acs' }] };
    const of = (protocols: object) => ({ applications: [{ code: 'x', name: 'X', ...protocols }] });
    const key = {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    };
    const signed = (jwks: unknown, more = {}) => of({ oidc: { ...oidc, token_endpoint_auth_method: 'private_key_jwt', jwks, ...more } });
    expect([
      ...(await Promise.all(
        [of({ oidc }), of({ saml }), of({ oidc: null, saml: null }), signed({ keys: [key] })].map(
          async (one) => (await verdicts({ contexts: [{ code: 'acme', ...one }] })).schema,
        ),
      )),
    ]).to.deep.equal(['takes', 'takes', 'takes', 'takes']);
    /** What no company could be brought to, whatever it is before. */
    const together = [
      ...[{}, { from: 'email', value: 'x' }, { value: 'x', template: '{email}' }].flatMap((source) => [
        of({ oidc: { ...oidc, claims: [{ name: 'plant', ...source }] } }),
        of({ saml: { ...saml, attributes: [{ name: 'plant', ...source }] } }),
      ]),
      ...[{}, { entityId: 'urn:x' }, { assertionConsumerServices: saml.assertionConsumerServices }].map((one) => of({ saml: one })),
      ...[
        { encryptAssertion: true },
        { requireSignedRequests: true },
        { signAssertion: false },
        { nameIdField: 'email', nameIdTemplate: '{email}' },
      ].map((one) => of({ saml: { ...saml, ...one } })),
      ...['optional', 'required'].map((demand) => ({ policy: { secondFactor: { demand, factors: [] } } })),
      { policy: { overrides: [{ for: { role: 'regular' }, secondFactor: { factors: [] } }] } },
      { policy: { identifiers: { email: false, username: false } } },
      ...[
        { keys: [] },
        {},
        [],
        { keys: [{}] },
        { keys: [{ ...key, kty: 'oct' }] },
        { keys: [{ ...key, x: 1 }] },
        { keys: [{ ...key, y: undefined }] },
        { keys: [{ ...key, d: 'secret' }] },
        { keys: [{ kty: 'RSA', n: 'AQAB' }] },
      ].map((jwks) => signed(jwks)),
      signed({ keys: [key] }, { jwks_uri: 'https://x.acme.example/jwks' }),
      signed(undefined),
      of({ oidc: { ...oidc, redirect_uris: [] } }),
      of({ oidc: { ...oidc, redirect_uris: undefined, grant_types: ['authorization_code'] } }),
      ...[{ only: 'listed' }, { only: 'listed', names: [] }, { strip_prefix: true }].map((groups) =>
        of({ oidc: { ...oidc, groups_claim: groups } }),
      ),
    ].map((one) => JSON.parse(JSON.stringify(one)) as object);
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
      ...together.map((one): [object, 'refuses'] => [one, 'refuses']),
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
      {
        numRuns: 40,
        examples: [[{ steps: ['contexts', 0, 'applications', 2, 'oidc', 'jwks', 'keys', 0, 'kty'], value: '$' + '{env:V}', reads: 'EC' }]],
      },
    );
  });

  it('is read by a validator that is strict', () => {
    expect(laxParts(schema)).to.deep.equal([]);
    const wrong = { type: 'object', properties: { a: { minItems: 1 }, b: { type: 'string', format: 'date' } }, required: ['c'] };
    expect(laxParts(wrong)).to.deep.equal([' required c', '.properties.a minItems without array', '.properties.b format']);
  });

  it('is what apply says of texts of every kind, but for what a schema cannot know', async function () {
    this.timeout(300_000);
    const [company] = everything.contexts as [Keys];
    const person = { email: 'null@everything.example', firstName: 'Nil', customFields: { zone: 'north' } };
    const file = { contexts: [{ ...company, users: [person] }] };
    await applyState(store.scope, parseState(resolveReferences(file, () => secret).value));
    // one place of each kind
    const places = new Map(partsOf(file).map((one) => [one.steps.filter((step) => typeof step === 'string').join('.'), one]));
    const odd: string[] = [];
    let turn = 0;
    for (const [name, { steps, value }] of places) {
      if (typeof value !== 'string' || name === 'contexts.code') continue;
      const [, , list, index] = steps;
      for (const text of wrongTexts) {
        const whole = (changed(file, steps, text) as typeof file).contexts[0] as Keys;
        const kept = { [list!]: typeof index === 'number' ? [(whole[list!] as unknown[])[index]] : whole[list!] };
        const said = { contexts: [{ code: company.code, ...kept }] };
        // that it is no stricter is asked of every fourth
        if (faultsOf(schema, said).length > 0 && turn++ % 4 > 0) continue;
        const found = await verdicts(said);
        const isKnown = found.apply === 'refuses' && unsayable.test(found.why[0]!);
        if (found.schema !== found.apply && !isKnown)
          odd.push(`${name} ${JSON.stringify(text.slice(0, 12))}: the schema ${found.schema}, ${found.why[0] ?? 'apply takes'}`);
      }
    }
    expect(odd).to.deep.equal([]);
  });

  it('is what apply says of null at every key that may be left out', async () => {
    const [company] = everything.contexts as [Keys];
    const person = { email: 'null@everything.example', firstName: 'Nil', customFields: { zone: 'north' } };
    const file = { contexts: [{ ...company, users: [person] }] };
    await applyState(store.scope, parseState(resolveReferences(file, () => secret).value));
    const odd: string[] = [];
    const reached = new Set<unknown>();
    for (const steps of optionalIn(schema, file, reached)) {
      const [, , list, index] = steps;
      // of a person's values the company's fields decide
      if (steps.at(-2) === 'customFields' && list === 'users') continue;
      const whole = (changed(file, steps, null) as typeof file).contexts[0] as Keys;
      // what the file does not say stays
      const kept = list === undefined ? {} : { [list]: typeof index === 'number' ? [(whole[list] as unknown[])[index]] : whole[list] };
      const found = await verdicts({ contexts: [{ code: company.code, ...kept }] });
      if (found.schema !== found.apply)
        odd.push(`${steps.join('.')}: the schema ${found.schema}, apply ${found.apply}: ${found.why.slice(0, 3).join('; ')}`);
    }
    expect(odd).to.deep.equal([]);
    expect(
      [...objectsOf(schema)].filter((one) => !reached.has(one)),
      'the file has all that there is',
    ).to.deep.equal([]);
  });
});
