import fc from 'fast-check';
import { nameKey } from '../../src/domain/people/users/index.ts';

/** Texts that files, templates and terminals stumble over. */
export const hostile = [
  'yes',
  'null',
  '~',
  '1e3',
  '0x1F',
  '2026-01-01',
  '- a',
  '# no comment',
  'a: b',
  '"quoted',
  "it's",
  '{a: b}',
  '[1, 2]',
  '&anchor *alias !tag',
  '| >',
  '%TAG',
  '---',
  `\${env:HOME}`,
  `\${file:/etc/passwd}`,
  `$\${env:HOME}`,
  `$$$\${`,
  `\${`,
  `\${other:kind}`,
  '{{company}}',
  '$t(errors.not_found)',
  'ÄÖÜ ñ ß İ',
  '日本語 🏢👩‍👩‍👧',
  'مرحبا',
  '<script>alert(1)</script>',
  "'; DROP TABLE groups; --",
  '\\u0000 \\n',
  'x'.repeat(100),
];

const anyText = (longest: number) => fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'grapheme', maxLength: longest }));

/** What a name may be: one line that can be seen. */
export const line = (longest = 100): fc.Arbitrary<string> =>
  anyText(longest).map((text) => {
    const clean = text
      .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
      .slice(0, longest)
      .toWellFormed()
      .replace(/�/g, '')
      .trim();
    return /[\p{L}\p{N}\p{P}\p{S}]/u.test(clean) ? clean : 'name';
  });

const paragraph = fc.array(line(60), { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n\n  '));
const minutes = (most: number) => fc.integer({ min: 1, max: most });
const locale = fc.constantFrom('en', 'es', 'pt-BR');
/** The same code is always of the same kind: some things cannot be changed. */
const codes = (...names: string[]) => fc.uniqueArray(fc.constantFrom(...names), { maxLength: names.length });
const png = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const logo = fc.constantFrom(png, null);

const hours = fc.record({
  days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
  from: fc.constantFrom('00:00', '08:30'),
  to: fc.constantFrom('17:00', '23:59'),
  timeZone: fc.constantFrom('UTC', 'America/Sao_Paulo'),
});
const networks = fc.uniqueArray(fc.constantFrom('10.0.0.0/8', '192.0.2.1', '2001:db8::/32'));
const password = {
  minLength: fc.integer({ min: 8, max: 40 }),
  classes: fc.uniqueArray(fc.constantFrom('upper', 'digit')),
  refuseBreached: fc.boolean(),
};
const secondFactor = fc.record({
  demand: fc.constantFrom('off', 'optional', 'required'),
  factors: fc.uniqueArray(fc.constantFrom('totp', 'passkey'), { minLength: 1 }),
  rememberDays: fc.integer({ min: 0, max: 365 }),
});

const override = (target: fc.Arbitrary<object>) =>
  fc.record(
    { for: target, password: fc.record(password, { requiredKeys: [] }), session: fc.record({ idleMinutes: minutes(60) }), networks, hours },
    { requiredKeys: ['for'] },
  );

const policy = (groups: string[], applications: string[]) => {
  const target = fc.oneof(
    fc.constantFrom('administrator', 'regular').map((role) => ({ role })),
    fc.constantFrom('Everyone', ...groups).map((group) => ({ group })),
    ...(applications.length > 0 ? [fc.constantFrom(...applications).map((application) => ({ application }))] : []),
  );
  return fc.record({
    identifiers: fc.constantFrom({ email: true, username: false }, { email: false, username: true }),
    lockout: fc.record({ limit: fc.integer({ min: 3, max: 20 }), mail: fc.boolean() }),
    password: fc.record(password),
    session: fc.record({ idleMinutes: minutes(600), lifetimeHours: minutes(24) }),
    secondFactor,
    networks,
    hours: fc.option(hours),
    overrides: fc.array(override(target), { maxLength: 4 }),
  });
};

const mailText = fc.record({ subject: line(), body: paragraph, action: line(50) }).map((words) =>
  // a name that no mail has would be a fault
  Object.fromEntries(Object.entries(words).map(([part, text]) => [part, text.replaceAll('{{', '{ {')])),
);

const settings = {
  auditRetentionDays: fc.constantFrom(0, 30, 36_500),
  timeZone: fc.constantFrom('UTC', 'Europe/Madrid'),
  profiles: fc.record({ names: fc.boolean(), photos: fc.boolean() }),
  newAccounts: fc.record({
    activation: fc.constantFrom('invitation', 'temporary-password'),
    selfRegistration: fc.boolean(),
    domains: fc.uniqueArray(fc.constantFrom('a.example', 'xn--bcher-kva.example')),
    invitationDays: minutes(90),
  }),
  branding: fc.record({
    color: fc.constantFrom('#1f5fae', '#7a1f5e'),
    texts: fc.dictionary(locale, fc.record({ signIn: line(), launchpad: line() })),
    links: fc.record({ help: fc.constantFrom('', `https://help.example/?a=1&b=\${c}`) }),
    logo,
  }),
  mails: fc.dictionary(fc.constantFrom('invitation', 'blocked', 'recovery'), fc.dictionary(locale, mailText, { minKeys: 1 })),
  terms: fc.option(fc.dictionary(locale, fc.record({ title: line(), body: paragraph }), { minKeys: 1 })),
  directoryRules: fc.record({ signIn: fc.boolean(), personalPassword: fc.boolean(), whileAway: fc.boolean() }),
};

const customFields = codes('text_a', 'text_b', 'choice_a').chain((list) =>
  fc.tuple(
    ...list.map((code) =>
      fc.record({ label: line(), required: fc.boolean(), personal: fc.boolean() }).map((field) => ({
        code,
        ...field,
        ...(code.startsWith('choice')
          ? { type: 'choice', options: ['no', '1', 'ñ: x'] }
          : { type: 'text', claim: code === 'text_a' ? 'nickname' : null }),
      })),
    ),
  ),
);

const groups = fc.uniqueArray(fc.record({ name: line(), description: line() }), {
  maxLength: 4,
  selector: ({ name }) => nameKey(name),
});

/** Of names that are not Everyone's, nor alike. */
const namedGroups = groups.map((list) => list.filter(({ name }) => nameKey(name) !== 'everyone' && nameKey(name) !== ''));

const application = (code: string, groupNames: string[], fields: string[]): fc.Arbitrary<Record<string, unknown>> => {
  const source = fc.constantFrom('email', 'fullName', ...fields.map((field) => `custom.${field}`));
  const assigned = fc.uniqueArray(fc.constantFrom('Everyone', ...groupNames)).map((names) => ({ groups: names }));
  const general = {
    name: line(),
    description: line(),
    category: line(60),
    navigable: fc.boolean(),
    enabled: fc.boolean(),
    logo,
    assignedTo: assigned,
  };
  const oidc = fc.record(
    {
      redirect_uris: fc.uniqueArray(fc.constantFrom('https://a.example/cb', 'https://b.example/cb?x=%7B'), { minLength: 1 }),
      access_token_seconds: fc.integer({ min: 60, max: 86_400 }),
      require_pushed_authorization_requests: fc.boolean(),
      claims: fc.array(fc.record({ name: fc.constant('cost'), from: source }), { maxLength: 1 }),
    },
    { requiredKeys: ['redirect_uris'] },
  );
  const saml = fc.record(
    {
      attributes: fc.array(fc.record({ name: line(), from: source }), { maxLength: 3 }),
      sendGroups: fc.boolean(),
      signResponse: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  if (code.startsWith('saml'))
    return fc.record({ ...general, saml }).map(({ saml: own, ...rest }) => ({
      code,
      ...rest,
      saml: { entityId: `urn:${code}`, assertionConsumerServices: [{ url: `https://${code}.example/acs` }], ...own },
    }));
  const method = code.startsWith('public') ? { token_endpoint_auth_method: 'none' } : { client_secret: `\${env:SECRET}` };
  return fc.record({ ...general, oidc }).map(({ oidc: own, ...rest }) => ({ code, ...rest, oidc: { client_id: code, ...method, ...own } }));
};

const api = (identifier: string, groupNames: string[], applications: string[]) =>
  fc
    .record({
      name: line(),
      scopes: fc.uniqueArray(
        fc.record({
          name: fc.constantFrom('read', 'write:all'),
          texts: fc.dictionary(locale, line(), { minKeys: 1 }),
          grantedTo: fc.uniqueArray(fc.constantFrom('Everyone', ...groupNames)).map((names) => ({ groups: names })),
        }),
        { selector: ({ name }) => name },
      ),
      applications: fc.subarray(applications.filter((code) => code.startsWith('secret'))),
    })
    .map(({ applications: clients, ...rest }) => ({
      identifier,
      ...rest,
      applications: clients.map((code) => ({ code, scopes: rest.scopes.map(({ name }) => name) })),
    }));

const directory = (name: string, fields: string[]) =>
  fc
    .record({ guardPeople: fc.integer({ min: 1, max: 1000 }), acceptsPeople: fc.boolean(), customFields: fc.subarray(fields) })
    .map(({ customFields: mapped, ...rest }) => ({
      name,
      settings: { ...rest, mapping: { customFields: Object.fromEntries(mapped.map((field) => [field, 'departmentNumber'])) } },
    }));

const each = <T>(list: string[], make: (name: string) => fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.tuple(...list.map(make)) as fc.Arbitrary<T[]>;

/** What a file says of one company that is all it should be: every list and every setting. Without its code and name. Texts are as they are meant, with no references but secrets. */
export const company: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    customFields,
    namedGroups,
    codes('secret-a', 'secret-b', 'public-a', 'saml-a'),
    codes('urn:one', 'https://api.example/two'),
    codes('Main', 'Branch'),
  )
  .chain(([fields, groupList, applications, apis, directories]) => {
    const names = groupList.map(({ name }) => name);
    const fieldCodes = fields.map(({ code }) => code);
    return fc.record({
      ...settings,
      policy: policy(names, applications),
      customFields: fc.constant(fields),
      groups: fc.constant(groupList),
      directories: each(directories, (name) => directory(name, fieldCodes)),
      applications: each(applications, (code) => application(code, names, fieldCodes)),
      apis: each(apis, (identifier) => api(identifier, names, applications)),
    });
  });
