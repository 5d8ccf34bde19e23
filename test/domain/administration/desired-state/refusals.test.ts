import { expect } from 'chai';
import fc from 'fast-check';
import { z } from 'zod';
import { terminalWords } from '../../../../src/command-line/own-words.ts';
import { findInRest } from '../../../../src/domain/administration/configuration/index.ts';
import {
  type ApplyOptions,
  applyState,
  describedFile,
  findFaults,
  parseState,
  StateError,
} from '../../../../src/domain/administration/desired-state/index.ts';
import { createI18n, locales } from '../../../../src/platform/i18n/index.ts';
import { useStore } from '../../../support/use-cases.ts';

type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  minimum?: number;
  maximum?: number;
  propertyNames?: { enum?: string[] };
  additionalProperties?: Schema | boolean;
};
type Step = string | number;
/** `without`: a key that is not there beside it. */
type Wrong = { steps: Step[]; value: unknown; why: string; says: RegExp; without?: string };

const choicesOf = (schema: Schema): Schema[] => (schema.anyOf ?? schema.oneOf ?? [schema]).filter(({ type }) => type !== 'null');

/** The least that fits, so that nothing but what is meant is wrong. */
function least(schema: Schema): unknown {
  const [one = {}] = choicesOf(schema);
  if (one.enum) return one.enum[0];
  if (one.properties?.role && one.properties.group) return { role: 'regular' };
  if (one.properties) return Object.fromEntries((one.required ?? []).map((key) => [key, least(one.properties![key]!)]));
  if (one.type === 'array') return [];
  if (one.type === 'boolean') return true;
  if (one.type === 'integer' || one.type === 'number') return Math.max(one.minimum ?? 1, 1);
  return one.type === 'object' ? {} : 'x';
}

/** Every key below with a value of another shape, out of its range, none of its words, left out, or beside it one that there is not. */
function* wrongBelow(schema: Schema, steps: Step[]): Generator<Wrong> {
  const choices = choicesOf(schema);
  const one = choices.find(({ type }) => type) ?? choices[0] ?? {};
  // beside a range of numbers one of them has a meaning of its own
  const words = choices.flatMap((choice) => choice.enum ?? choice.const ?? []).filter((word) => typeof word === 'string');
  if (words.length > 0) {
    yield { steps, value: 'no-such-word', why: 'another word', says: new RegExp(`one of: .*${words[0]}`) };
  } else if (one.type === 'boolean') yield { steps, value: 'perhaps', why: 'no boolean', says: /true or false/ };
  else if (one.type === 'integer' || one.type === 'number') {
    const { minimum, maximum } = one;
    const isRange = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && minimum > -maximum;
    // as a page in English writes it
    const said = (n: number) => n.toLocaleString('en').replaceAll(',', ',?');
    const says = isRange ? new RegExp(`${said(minimum)}\\b.*\\b${said(maximum)}\\b`) : /number/;
    yield { steps, value: 'many', why: 'no number', says: new RegExp(`${says.source}|number`) };
    if (isRange) yield { steps, value: maximum + 1, why: 'above the range', says };
    if (isRange && minimum > 0) yield { steps, value: minimum - 1, why: 'below the range', says };
  } else if (one.type === 'array') {
    yield { steps, value: 5, why: 'no list', says: /a list|JSON Web Key Set/ };
    if (one.items) yield* wrongBelow(one.items, [...steps, 0]);
  } else if (one.type === 'string') yield { steps, value: { a: 1 }, why: 'no text', says: /text|https:\/\/|YYYY-MM-DD/ };
  if (!one.properties && typeof one.additionalProperties === 'object') {
    const { propertyNames } = one;
    yield* wrongBelow(one.additionalProperties, [...steps, propertyNames?.enum?.[0] ?? 'some']);
    if (propertyNames?.enum) yield { steps: [...steps, 'nothing'], value: {}, why: 'no such key', says: /does not exist/ };
  }
  if (!one.properties) return;
  if (typeof steps.at(-1) === 'string') yield { steps, value: 5, why: 'no keys', says: /keys with|JSON Web Key Set/ };
  yield { steps: [...steps, 'nothing'], value: 1, why: 'no such key', says: new RegExp(`Use one of: .*${Object.keys(one.properties)[0]}`) };
  for (const key of one.required ?? []) {
    yield { steps: [...steps, key], value: undefined, why: 'left out', says: /required/ };
    if (key.length > 3)
      yield { steps: [...steps, `${key}x`], value: 'x', without: key, why: 'misspelt', says: new RegExp(`Did you mean ${key}\\?`) };
  }
  for (const [key, inner] of Object.entries(one.properties)) yield* wrongBelow(inner, [...steps, key]);
}

const file = z.toJSONSchema(describedFile, { io: 'input', unrepresentable: 'any' }) as Schema;
const company = file.properties!.contexts!.items!;

/** A file that is right but for this. */
function fileWith({ steps, value, without }: Wrong): unknown {
  const root: Record<Step, unknown> = { contexts: [{ code: 'acme' }] };
  let at: unknown = root;
  let schema: Schema | undefined = file;
  for (const [index, step] of steps.entries()) {
    const owner = at as Record<Step, unknown>;
    const choice: Schema | undefined = schema && choicesOf(schema)[0];
    schema =
      typeof step === 'number' ? choice?.items : (choice?.properties?.[step] ?? (choice?.additionalProperties as Schema | undefined));
    if (index === steps.length - 1) {
      if (value === undefined) delete owner[step];
      else owner[step] = value;
      if (without) delete owner[without];
    } else owner[step] ??= typeof steps[index + 1] === 'number' ? [] : least(schema ?? {});
    // an object in a list needs what each of them needs
    if (typeof steps[index + 1] === 'number' && index + 2 < steps.length && Array.isArray(owner[step]) && !owner[step][0])
      owner[step][0] = least(choicesOf(schema ?? {})[0]?.items ?? {});
    at = owner[step];
  }
  return root;
}

/** A file has no lines, buttons and lists to choose from. */
const ofForms = /per line|\bbelow\b|upload|paste|choose|marked|as shown|listed ones|required field|download/i;

/** RFC 7517 §5 lets other members stand in a set of keys. */
const passes = ({ steps, why }: Wrong): boolean => steps.includes('jwks') && ['no such key', 'misspelt'].includes(why);

const pathOf = (steps: Step[]) => steps.map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i > 0 ? '.' : ''}${step}`)).join('');

/** What a use case refuses: what a company says, the place of the fault in it, and the rule. */
type Case = [says: Record<string, unknown>, path: string, message: string];
const application = (more: Record<string, unknown>) => ({ applications: [{ code: 'crm', name: 'CRM', ...more }] });
const oidc = { client_id: 'crm', token_endpoint_auth_method: 'none', redirect_uris: ['https://crm.acme.example/cb'] };
const saml = { entityId: 'urn:crm', assertionConsumerServices: [{ url: 'https://crm.acme.example/acs' }] };
const api = (more: Record<string, unknown>) => ({ apis: [{ identifier: 'https://api.acme.example/x', name: 'X', ...more }] });
const scopes = (grantedTo: object) => ({ scopes: [{ name: 'read', texts: { en: 'Read' }, grantedTo }] });
const cases: Case[] = [
  [
    application({ oidc: { ...oidc, redirect_uris: [...oidc.redirect_uris, 'ftp://x'] } }),
    'applications[0].oidc.redirect_uris[1]',
    'fields.redirect',
  ],
  [
    application({ oidc: { ...oidc, redirect_uris: ['https://*.a.acme.example/cb'] } }),
    'applications[0].oidc.redirect_uris[0]',
    'fields.redirect_pattern_production',
  ],
  [application({ oidc: { ...oidc, redirect_uris: [] } }), 'applications[0].oidc.redirect_uris', 'fields.redirect_uris_missing'],
  [
    application({
      oidc: {
        ...oidc,
        claims: [
          { name: 'a', value: 'x' },
          { name: 'b', from: 'custom.none' },
        ],
      },
    }),
    'applications[0].oidc.claims[1].from',
    'fields.custom_field_unknown',
  ],
  [
    application({ oidc: { ...oidc, claims: [{ name: 'b', template: '{custom.none}' }] } }),
    'applications[0].oidc.claims[0].template',
    'fields.custom_field_unknown',
  ],
  [application({ oidc: { ...oidc, token_endpoint_auth_method: 'any' } }), 'applications[0].oidc.client_secret', 'fields.client_secret'],
  [application({ saml: { ...saml, signAssertion: false } }), 'applications[0].saml.signAssertion', 'fields.nothing_signed'],
  [
    application({ saml: { ...saml, attributes: [{ name: 'a', from: 'custom.none' }] } }),
    'applications[0].saml.attributes[0].from',
    'fields.custom_field_unknown',
  ],
  [application({ saml: { ...saml, metadata: '<a/>' } }), 'applications[0].saml.metadata', 'fields.metadata'],
  [application({ assignedTo: { groups: ['Everyone', 'None'] } }), 'applications[0].assignedTo.groups[1]', 'errors.unknown_group'],
  [application({ assignedTo: { users: ['nobody'] } }), 'applications[0].assignedTo.users[0]', 'errors.unknown_person'],
  [application({ logo: 'data:image/png;base64,AAAA' }), 'applications[0].logo', 'fields.logo'],
  [application({ logo: 5 }), 'applications[0].logo', 'fields.type_text'],
  [{ users: [{ email: 'new@acme.example', firstName: 'N', department: 'a\0b' }] }, 'users[0].department', 'fields.hidden_characters'],
  [{ users: [{ email: 'ana@acme.example', department: 'a\0b' }] }, 'users[0].department', 'fields.hidden_characters'],
  [api({ scopes: [{ name: 'read', texts: {} }] }), 'apis[0].scopes[0].texts', 'fields.api_scope_texts'],
  [{ groups: [{ name: 'New', members: ['jsilva', 'nobody'] }] }, 'groups[0].members[1]', 'errors.unknown_person'],
  [api(scopes({ groups: ['None'] })), 'apis[0].scopes[0].grantedTo.groups[0]', 'errors.unknown_group'],
  [api(scopes({ users: ['nobody'] })), 'apis[0].scopes[0].grantedTo.users[0]', 'errors.unknown_person'],
  [api({ applications: [{ code: 'none' }] }), 'apis[0].applications[0].code', 'errors.unknown_application'],
  [
    api({ ...scopes({}), applications: [{ code: 'payroll', scopes: ['read', 'none'] }] }),
    'apis[0].applications[0].scopes[1]',
    'fields.api_scope_unknown',
  ],
  [{ policy: { overrides: [{ for: { group: 'None' } }] } }, 'policy.overrides[0].for.group', 'errors.unknown_group'],
  [{ policy: { overrides: [{ for: { application: 'none' } }] } }, 'policy.overrides[0].for.application', 'errors.unknown_application'],
  [{ policy: { hours: { days: [1], from: '09:00', to: '08:00', timeZone: 'UTC' } } }, 'policy.hours.to', 'fields.hours_order'],
  [
    { directories: [{ name: 'New', settings: { mapping: { customFields: { none: 'title' } } } }] },
    'directories[0].settings.mapping.customFields.none',
    'fields.custom_field_unknown',
  ],
  [{ customFields: [{ code: 'No', label: 'x', type: 'text' }] }, 'customFields[0].code', 'fields.custom_field_code'],
  [{ customFields: [{ code: 'size', label: 'x', type: 'choice' }] }, 'customFields[0].options', 'fields.custom_field_options'],
  [
    { users: [{ email: 'new@acme.example', firstName: 'N', customFields: { none: 1 } }] },
    'users[0].customFields.none',
    'fields.custom_field_unknown',
  ],
  [{ users: [{ email: 'new@acme.example', firstName: 'N', password: 'short' }] }, 'users[0].password', 'fields.password_short'],
  [{ mails: { invitation: { en: { subject: 'a', action: 'b' } } } }, 'mails.invitation.en.body', 'fields.key_missing'],
  [{ mails: { invitation: { en: { subject: 'a', body: '{{nobody}}', action: 'b' } } } }, 'mails.invitation.en.body', 'fields.placeholder'],
  [{ auditRetentionDays: 3 }, 'auditRetentionDays', 'fields.retention'],
  [{ timeZone: 'Nowhere' }, 'timeZone', 'fields.time_zone'],
  [{ address: 'https://login.acme.example/path' }, 'address', 'fields.origin'],
];

/** What is wrong with one object: what its keys say, each key in one case only, the place of the fault in it, and the rule. */
type Inside = [says: Record<string, unknown>, path: string, message: string];
const services = (...more: object[]) => ({ assertionConsumerServices: [...saml.assertionConsumerServices, ...more] });
const ofPartner: Inside[] = [
  [
    services(
      { url: 'https://crm.acme.example/b', index: 4 },
      { url: 'http://crm.acme.example/c', index: 5 },
      { url: 'https://d', index: 4 },
    ),
    'assertionConsumerServices[2].url',
    'fields.web_uri',
  ],
  [{ entityId: 'two words' }, 'entityId', 'fields.entity_id'],
  [{ singleLogoutServices: [{ binding: 'post', url: 'nowhere' }] }, 'singleLogoutServices[0].url', 'fields.web_uri'],
  [{ encryptAssertion: true }, 'encryptionCertificate', 'fields.encryption_certificate'],
  [{ requireSignedRequests: true }, 'signingCertificates', 'fields.signing_certificate'],
  [{ signAssertion: false }, 'signAssertion', 'fields.nothing_signed'],
  [{ nameIdFormat: 'x509SubjectName' }, 'nameIdField', 'fields.name_id_value'],
  [{ assertionMinutes: 0 }, 'assertionMinutes', 'fields.number_between'],
  [{ acceptSha1Until: '2999-01-01' }, 'acceptSha1Until', 'fields.day_far'],
  [
    {
      attributes: [
        { name: 'a', value: 'x' },
        { name: 'b', from: 'custom.none' },
      ],
    },
    'attributes[1].from',
    'fields.custom_field_unknown',
  ],
  [{ relayStates: ['https://a.example/', '*'] }, 'relayStates[1]', 'fields.'],
  [{ colour: 1 }, 'colour', 'fields.key_unknown'],
];
const ofClient: Inside[] = [
  [{ client_id: 'two words' }, 'client_id', 'fields.client_id'],
  [{ redirect_uris: ['https://a.example/cb', 'ftp://x'] }, 'redirect_uris[1]', 'fields.redirect'],
  [{ post_logout_redirect_uris: ['nowhere'] }, 'post_logout_redirect_uris[0]', 'fields.redirect'],
  [{ web_origins: ['https://a.example/path'] }, 'web_origins[0]', 'fields.web_origin'],
  [{ jwks: { keys: [] }, jwks_uri: 'https://a.example/jwks' }, 'jwks.keys', 'fields.jwks_set'],
  [{ introspects_all_applications: true }, 'introspects_all_applications', 'fields.public_introspection'],
  [{ id_token_signed_response_alg: 'none' }, 'id_token_signed_response_alg', 'fields.one_of'],
  [{ subject_type: 'pairwise', sector_identifier_uri: 'http://x' }, 'sector_identifier_uri', 'fields.sector_identifier_uri'],
  [
    {
      claims: [
        { name: 'plant', value: 'x' },
        { name: 'b', template: '{custom.none}' },
      ],
    },
    'claims[1].template',
    'fields.custom_field_unknown',
  ],
  [{ groups_claim: { names: [{ group: 'Everyone' }, { group: 'Everyone' }] } }, 'groups_claim.names[1].group', 'fields.group_twice'],
];
const ofApi: Inside[] = [
  [{ identifier: 'no-uri' }, 'identifier', 'fields.api_identifier'],
  [{ name: 'a\u200bb' }, 'name', 'fields.hidden_characters'],
  [{ accessTokenSeconds: 1 }, 'accessTokenSeconds', 'fields.number_between'],
  [
    {
      scopes: [
        { name: 'read', texts: { en: 'Read' } },
        { name: 'read', texts: { en: 'Again' } },
      ],
    },
    'scopes[1].name',
    'fields.api_scope_twice',
  ],
  [{ applications: [{ code: 'none' }] }, 'applications[0].code', 'errors.unknown_application'],
];

/** All of them as one file: each with names of its own, so that nobody is in another's way. */
function together(some: Case[]): { said: unknown; paths: string[] } {
  const company: Record<string, unknown> = { code: 'acme' };
  const paths = some.map(([says, path], n) => {
    const own = JSON.parse(
      JSON.stringify(says)
        .replaceAll('"crm"', `"crm${n}"`)
        .replaceAll('urn:crm', `urn:crm${n}`)
        .replaceAll('"New"', `"New ${n}"`)
        .replaceAll('new@', `new${n}@`)
        .replaceAll('acme.example/x', `acme.example/x${n}`),
    ) as Record<string, unknown>;
    let moved = `contexts[0].${path}`;
    for (const [key, value] of Object.entries(own)) {
      const { overrides, ...rules } = (key === 'policy' ? value : {}) as { overrides?: unknown[] };
      const list = Array.isArray(value) ? value : overrides;
      if (overrides) company.policy ??= {};
      const owner = (overrides ? company.policy : company) as Record<string, unknown>;
      const name = overrides ? 'overrides' : key;
      if (list) {
        owner[name] ??= [];
        const before = owner[name] as unknown[];
        moved = moved.replace(new RegExp(`${name}\\[(\\d+)\\]`), (_, at) => `${name}[${before.length + Number(at)}]`);
        before.push(...list);
      }
      if (!Array.isArray(value)) company[key] = typeof value === 'object' ? merged(company[key], overrides ? rules : value) : value;
    }
    return moved;
  });
  return { said: { contexts: [company] }, paths };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const merged = (one: unknown, other: unknown): unknown =>
  isObject(one) && isObject(other)
    ? Object.fromEntries(
        [...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [
          key,
          key in other ? merged(one[key], other[key]) : one[key],
        ]),
      )
    : other;

describe('domain/administration/desired-state: what is refused', () => {
  const store = useStore();
  const i18n = createI18n(new URL('../../../../views/', import.meta.url));

  const refuse = async (said: unknown, options: ApplyOptions = {}): Promise<StateError['faults']> => {
    const faultsOf = async (work: () => Promise<unknown>): Promise<StateError['faults']> => {
      try {
        await work();
      } catch (error) {
        if (error instanceof StateError) return error.faults;
        throw error;
      }
      return [];
    };
    const shape = await faultsOf(async () => parseState(said));
    if (shape.length > 0) return findInRest(said, shape, (state) => findFaults(store.scope, state));
    return faultsOf(() => applyState(store.scope, parseState(said), { dryRun: true, ...options }));
  };

  const sections = Object.entries(company.properties!).map(([name, schema]) => ({
    name,
    wrong: [...wrongBelow(schema, ['contexts', 0, name])].filter((one) => !passes(one)),
  }));

  for (const { name, wrong } of sections)
    it(`${name}: each of ${wrong.length} faults has the path that stands in the file, and the rule in every language`, async () => {
      const odd: string[] = [];
      for (const one of wrong) {
        const path = pathOf(one.steps);
        const faults = await refuse(fileWith(one));
        const fault = faults.find((found) => found.path === path);
        const told = (locale: (typeof locales)[number]) =>
          (locale === 'en' ? terminalWords() : i18n.for(locale))(fault!.message, fault!.params);
        if (!fault)
          odd.push(`${path} (${one.why}): ${faults.map((found) => `${found.path} ${found.message}`).join('; ') || 'not refused'}`);
        else if (fault.message === 'fields.invalid' || locales.some((locale) => /\{\{|^fields\.|^errors\./.test(told(locale))))
          odd.push(`${path} (${one.why}): ${told('en')}`);
        else if (!one.says.test(told('en'))) odd.push(`${path} (${one.why}): ${told('en')}`);
        else if (ofForms.test(told('en'))) odd.push(`${path} (${one.why}) speaks of a form: ${told('en')}`);
        const missing = one.without && pathOf([...one.steps.slice(0, -1), one.without]);
        const same = faults.filter((other) => other !== fault && (other.path.startsWith(path) || other.path === missing));
        if (same.length > 0) odd.push(`${path} (${one.why}): also ${same.map((other) => other.path).join(', ')}`);
      }
      expect(odd).to.deep.equal([]);
    });

  it('two of one name are refused, the second by its path, with the place of the first', async () => {
    const api = { identifier: 'https://api.acme.example/x', name: 'X' };
    const pairs: [list: string, field: string, one: object, other: object][] = [
      ['groups', 'name', { name: 'Ação 1' }, { name: 'acao  1' }],
      ['directories', 'name', { name: 'Head Office' }, { name: 'head office' }],
      ['users', 'email', { email: 'q@acme.example', firstName: 'Q' }, { email: 'Q@acme.example', firstName: 'R' }],
      ['users', 'username', { username: 'quinn', firstName: 'Q' }, { username: 'Quinn', firstName: 'R' }],
      ['applications', 'code', { code: 'crm', name: 'CRM' }, { code: 'crm', name: 'Other' }],
      ['customFields', 'code', { code: 'a', label: 'A', type: 'text' }, { code: 'a', label: 'B', type: 'text' }],
      ['apis', 'identifier', api, { ...api, name: 'Y' }],
    ];
    for (const [list, field, one, other] of pairs)
      expect(await refuse({ contexts: [{ code: 'acme', [list]: [one, other] }] }), list).to.deep.include({
        path: `contexts[0].${list}[1].${field}`,
        steps: ['contexts', 0, list, 1, field],
        message: 'fields.listed_twice',
        params: { at: `contexts[0].${list}[0].${field}` },
      });
    const clients = { ...api, applications: [{ code: 'payroll' }, { code: 'payroll' }] };
    const faults = await refuse({ contexts: [{ code: 'acme', apis: [clients] }, { code: 'other' }, { code: 'acme' }] });
    expect(faults.map(({ path }) => path)).to.deep.equal(['contexts[2].code', 'contexts[0].apis[0].applications[1].code']);
  });

  it('what a use case refuses has its place in the file, and names that there are not theirs', async () => {
    const odd: string[] = [];
    for (const [part, path, message] of cases) {
      const faults = await refuse({ contexts: [{ code: 'acme', ...part }] });
      const fits = faults.find((fault) => fault.path === `contexts[0].${path}` && fault.message.startsWith(message));
      const words = fits && terminalWords()(fits.message, fits.params);
      if (words && ofForms.test(words)) odd.push(`${path} speaks of a form: ${words}`);
      if (!fits) odd.push(`${path} ${message}: ${faults.map((fault) => `${fault.path} ${fault.message}`).join('; ') || 'not refused'}`);
    }
    expect(odd).to.deep.equal([]);
  });

  const insides: [what: string, inside: Inside[], object: (says: Record<string, unknown>) => Record<string, unknown>, at: string][] = [
    ['a service provider', ofPartner, (says) => application({ saml: { ...saml, ...says } }), 'applications[0].saml.'],
    ['a client', ofClient, (says) => application({ oidc: { ...oidc, ...says } }), 'applications[0].oidc.'],
    ['an API', ofApi, (says) => api(says), 'apis[0].'],
  ];
  for (const [what, inside, object, at] of insides)
    it(`all that is wrong with ${what} is told at once, each at its entry, whatever else is wrong with it`, async () => {
      const told = async (some: Inside[]) =>
        (await refuse({ contexts: [{ code: 'acme', ...object(Object.assign({}, ...some.map(([says]) => says))) }] }))
          .filter(({ path, message }) => message !== 'fields.acs_index' || path.endsWith('assertionConsumerServices[3].index'))
          .map(({ path, message }) => [path, message]);
      await fc.assert(
        fc.asyncProperty(fc.subarray(inside, { minLength: 1 }), async (some) => {
          const found = (await told(some)).filter(([, message]) => message !== 'fields.acs_index');
          expect(found.map(([path]) => path).toSorted()).to.deep.equal(some.map(([, path]) => `contexts[0].${at}${path}`).toSorted());
          for (const [, path, message] of some)
            expect(found.find(([place]) => place === `contexts[0].${at}${path}`)![1], path).to.satisfy((one: string) =>
              one.startsWith(message),
            );
        }),
        { numRuns: 20, examples: [[inside], ...inside.map((one): [Inside[]] => [[one]])] },
      );
      if (inside === ofPartner)
        expect(await told(inside)).to.deep.include([
          'contexts[0].applications[0].saml.assertionConsumerServices[3].index',
          'fields.acs_index',
        ]);
    });

  it('all that is wrong with a file is told at once, whatever it is, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(cases, { minLength: 2 }), async (some) => {
        // what words may name is asked of words that are all there
        const { said, paths } = together(some.filter(([, , rule]) => rule !== 'fields.placeholder'));
        expect((await refuse(said)).map(({ path }) => path).toSorted()).to.deep.equal(paths.toSorted());
      }),
      { numRuns: 10, examples: [[cases]] },
    );
  });

  it('what is found only when the first faults are taken out is told too, and nothing that taking out has made', async () => {
    const ana = { email: 'twice@acme.example', firstName: 'A', lastName: 'B' };
    const told = await refuse({ contexts: [{ code: 'acme', locale: 7, groups: [{ name: 'a' }, { name: 'A' }], users: [ana, ana] }] });
    expect(told.map(({ path }) => path)).to.have.members([
      'contexts[0].locale',
      'contexts[0].groups[1].name',
      'contexts[0].users[1].email',
    ]);
    const place = told.find(({ path }) => path === 'contexts[0].users[1].email')!;
    expect(place.message).not.to.equal('fields.email');
  });

  it('a person without e-mail and username is told that one of them is needed, unless the one they have is wrong', async () => {
    for (const more of [{}, { locale: 7 }]) {
      const told = async (user: object) =>
        (await refuse({ contexts: [{ code: 'acme', ...more, users: [{ firstName: 'A', lastName: 'B', ...user }] }] }))
          .filter(({ path }) => path.includes('users'))
          .map(({ path, message }) => [path.split('.').at(-1), message]);
      expect(await told({}), JSON.stringify(more)).to.deep.equal([['email', 'fields.email_or_username_missing']]);
      expect((await told({ username: 7 })).map(([field]) => field)).to.deep.equal(['username']);
    }
  });

  it('and of a company that cannot be made what is wrong inside of it as well', async () => {
    const all = { code: 'No code', samlEntityId: 'no entity', timeZone: 'Nowhere', address: 'https://taken.acme.example' };
    await applyState(store.scope, parseState({ contexts: [{ code: 'taken', name: 'Taken', address: 'https://taken.acme.example' }] }));
    for (const [company, names] of [
      [all, ['address', 'code', 'name', 'samlEntityId', 'timeZone']],
      [{ ...all, name: '\u200b' }, ['address', 'code', 'name', 'samlEntityId', 'timeZone']],
      [{ ...all, code: 'acme', environment: 'approval' }, ['address', 'samlEntityId', 'timeZone']],
      // two companies of one address, by whichever protocol
      [{ code: 'acme', address: 'http://taken.acme.example' }, ['address']],
      [{ code: 'taken', address: 'https://taken.acme.example' }, []],
    ] as const) {
      const told = (await refuse({ contexts: [company] })).map(({ path }) => path).toSorted();
      expect(told).to.deep.equal(names.map((name) => `contexts[0].${name}`));
    }
    const twins = ['one', 'two'].map((code) => ({ code, name: code, address: 'https://twins.acme.example' }));
    expect(await refuse({ contexts: twins })).to.deep.equal([
      {
        path: 'contexts[1].address',
        steps: ['contexts', 1, 'address'],
        message: 'errors.context_address_taken',
        params: { address: 'https://twins.acme.example' },
      },
    ]);
    for (const company of [{ code: 'No code', name: 'New' }, { code: 'new' }, { code: 'new', name: 'New', timeZone: 'Nowhere' }]) {
      const { said, paths } = together(cases.filter(([says]) => Array.isArray(Object.values(says)[0]) && !('assignedTo' in says)));
      const [inside] = (said as { contexts: object[] }).contexts;
      const faults = (await refuse({ contexts: [{ ...inside, ...company }] })).map(({ path }) => path);
      const wrong = { 'No code': 'code', new: 'timeZone' in company ? 'timeZone' : 'name' }[company.code];
      expect(faults).to.include(`contexts[0].${wrong}`);
      expect(
        paths.filter((path) => !faults.includes(path) && !/users\[1|members|grantedTo|applications\[\d+\]\.scopes/.test(path)),
      ).to.deep.equal([]);
    }
  });

  it('each fault of a list or of hours is told once, at its place', async () => {
    const hours = { days: [1], from: '08:00', to: '18:00', timeZone: 'UTC' };
    const cases: [object, string[]][] = [
      [{ hours: { ...hours, from: '25:00' } }, ['hours.from fields.time_of_day']],
      [{ hours: { ...hours, from: '8', to: '18' } }, ['hours.from fields.time_of_day', 'hours.to fields.time_of_day']],
      [{ hours: { ...hours, to: '08:00' } }, ['hours.to fields.hours_order']],
      [{ networks: ['10.0.0.0/8', { range: '10.0.0.0/8' }] }, ['networks[1] fields.type_text']],
      [{ networks: ['10.0.0.0/99', '::1'] }, ['networks[0] fields.network']],
    ];
    for (const [policy, expected] of cases) {
      const faults = await refuse({ contexts: [{ code: 'acme', policy }] });
      expect(faults.map(({ path, message }) => `${path} ${message}`)).to.deep.equal(expected.map((one) => `contexts[0].policy.${one}`));
    }
  });

  it('an address with more than an origin is refused: the rest would be lost', async () => {
    for (const end of ['/path', '/path/', '?a=1', '/?a=1', '#a', '/#a'])
      expect(
        (await refuse({ contexts: [{ code: 'acme', address: `https://login.acme.example${end}` }] })).map(({ message }) => message),
        end,
      ).to.deep.equal(['fields.origin']);
    for (const user of ['me@', 'me:secret@'])
      expect(await refuse({ contexts: [{ code: 'acme', address: `https://${user}login.acme.example` }] })).to.have.length(1);
    for (const fine of ['https://login.acme.example', 'https://login.acme.example/', 'HTTPS://Login.acme.example:8443'])
      expect(await refuse({ contexts: [{ code: 'acme', address: fine }] }), fine).to.deep.equal([]);
  });

  it('what follows from another fault is not told', async () => {
    const faults = await refuse({
      contexts: [
        {
          code: 'acme',
          customFields: [{ code: 'size', label: 'x', type: 'choice' }],
          users: [{ email: 'no address', firstName: 'N' }],
          groups: [{ name: 'Sales', members: ['no address'] }, { name: 'a\u200bb' }],
          applications: [
            { code: 'No code', name: 'N', assignedTo: { groups: ['a\u200bb', 'Sales', 'none'] } },
            { code: 'wrong', name: 'W', oidc: { ...oidc, client_id: 'wrong', redirect_uris: ['ftp://x'] } },
            { code: 'crm', name: 'CRM', oidc: { ...oidc, claims: [{ name: 'b', from: 'custom.size' }] } },
          ],
          apis: [{ identifier: 'https://api.acme.example/x', name: 'X', applications: [{ code: 'No code' }, { code: 'wrong' }] }],
        },
      ],
    });
    expect(faults.map(({ path, message }) => `${path} ${message}`)).to.deep.equal([
      'contexts[0].applications[0].code fields.code',
      'contexts[0].customFields[0].options fields.custom_field_options',
      'contexts[0].users[0].email fields.email',
      'contexts[0].groups[1].name fields.hidden_characters',
      'contexts[0].applications[0].assignedTo.groups[2] errors.unknown_group',
      'contexts[0].applications[1].oidc.redirect_uris[0] fields.redirect_scheme_never',
    ]);
  });

  it('of a company that is paired its partner and its environment are told, each at its key', async () => {
    const told = async (company: object) =>
      (await refuse({ contexts: [company] })).map(({ path, message }) => [path.split('.').at(-1), message]);
    const ofEnvironment = ['environment', 'fields.environment_of_pair'];
    expect(await told({ code: 'acme', pairedWith: 'nowhere' })).to.deep.equal([['pairedWith', 'errors.unknown_context'], ofEnvironment]);
    expect(await told({ code: 'new', name: 'New', pairedWith: 'acme' })).to.deep.equal([ofEnvironment]);
    const approval = { code: 'new', name: 'New', environment: 'approval' };
    expect(await told({ ...approval, pairedWith: 'new' })).to.deep.equal([['pairedWith', 'errors.pairing']]);
    const first = { ...approval, code: 'first-of-pair', pairedWith: 'pair-of-one' };
    await applyState(store.scope, parseState({ contexts: [{ code: 'pair-of-one', name: 'One' }, first] }));
    expect(await told({ ...approval, pairedWith: 'pair-of-one' })).to.deep.equal([['pairedWith', 'errors.paired_already']]);
    const saml = {
      entityId: 'https://r.example',
      assertionConsumerServices: [{ url: 'https://r.example/acs' }],
      defaultRelayState: 'a\\b',
    };
    expect(await told({ code: 'acme', applications: [{ code: 'relay', name: 'R', saml }] })).to.deep.equal([
      ['defaultRelayState', 'fields.default_relay_state'],
    ]);
    await applyState(store.scope, parseState({ contexts: [{ ...approval, code: 'alone' }] }));
    // one that is there needs not say again what it is
    expect(await told({ code: 'alone', pairedWith: 'other' })).to.deep.equal([]);
  });

  it('one of a pair does not become what the other is', async () => {
    const approval = { code: 'acme-approval', name: 'Approval', environment: 'approval', pairedWith: 'acme' };
    for (const [part, partner] of [
      [[approval, { code: 'acme', environment: 'approval' }], 'acme-approval'],
      [[approval, { code: 'acme-approval', environment: 'production' }], 'acme'],
    ] as const) {
      const [first, ...rest] = part;
      await applyState(store.scope, parseState({ contexts: [first] }));
      expect(await refuse({ contexts: rest })).to.deep.equal([
        {
          path: 'contexts[0].environment',
          steps: ['contexts', 0, 'environment'],
          message: 'fields.environment_paired',
          params: { code: partner },
        },
      ]);
    }
  });

  it('of texts that no database takes each is told at its place, whatever it is for', async () => {
    const entityId = 'https://sp.unstorable.example';
    const places: [path: string, file: (text: string) => object][] = [
      ['name', (name) => ({ name })],
      ['terms.en.body', (body) => ({ terms: { en: { title: 'Terms', body } } })],
      ['mails.invitation.en.subject', (subject) => ({ mails: { invitation: { en: { subject } } } })],
      ['branding.texts.en.signIn', (signIn) => ({ branding: { texts: { en: { signIn } } } })],
      ['groups[0].description', (description) => ({ groups: [{ name: 'G', description }] })],
      ['users[0].password', (password) => ({ users: [{ email: 'odd@acme.example', firstName: 'Odd', password }] })],
      ...['name', 'value', 'friendlyName'].map((key): [string, (text: string) => object] => [
        `applications[0].saml.attributes[0].${key}`,
        (text) => ({ applications: [{ code: 'odd', name: 'Odd', saml: { entityId, attributes: [{ name: 'a', [key]: text }] } }] }),
      ]),
    ];
    for (const [path, file] of places)
      for (const odd of ['\0', '\ud800', '\udc00'])
        expect(
          (await refuse({ contexts: [{ code: 'acme', ...file(`some${odd}thing`) }] })).map((one) => [one.path, one.message]),
          path,
        ).to.deep.include([`contexts[0].${path}`, 'fields.hidden_characters']);
    const [found] = await refuse({ contexts: [{ code: 'acme', mails: { 'in\0vitation': {} } }] });
    expect(found?.message).to.equal('fields.hidden_characters');
  });
});
