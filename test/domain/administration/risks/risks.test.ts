import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { pathOf } from '../../../../src/app/page-paths.ts';
import { createApproval } from '../../../../src/domain/administration/environments/index.ts';
import {
  findRisks,
  gatherRiskFacts,
  listRisks,
  type RiskCode,
  type RiskFacts,
  riskCodes,
  riskWords,
} from '../../../../src/domain/administration/risks/index.ts';
import {
  type Application,
  createApplication,
  findApplicationByCode,
  recordSecretUse,
  setApplicationEnabled,
} from '../../../../src/domain/applications/applications/index.ts';
import { contextAddress } from '../../../../src/domain/company/contexts/index.ts';
import type { ApplicationId, Scope } from '../../../../src/domain/scope.ts';
import { changePolicy } from '../../../../src/domain/sign-in/authentication/index.ts';
import { recordParticipant } from '../../../../src/domain/sign-in/sessions/index.ts';
import { defaultPolicy, defaultRules, type PolicyRules, rulesSchema } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { createI18n, locales } from '../../../../src/platform/i18n/index.ts';
import { useStore } from '../../../support/use-cases.ts';

const dayMs = 86_400_000;
const now = new Date('2031-06-01T12:00:00Z');
const longAgo = new Date(now.getTime() - 400 * dayMs);

const base = {
  description: '',
  category: '',
  enabled: true,
  navigable: true,
  hasLogo: false,
  createdAt: longAgo,
  updatedAt: longAgo,
  version: 1,
};
const oidc = {
  client_id: 'web',
  token_endpoint_auth_method: 'client_secret_basic',
  redirect_uris: ['https://web.example/cb'],
  post_logout_redirect_uris: [],
  grant_types: ['authorization_code'],
  id_token_signed_response_alg: 'RS256',
};
const saml = {
  entityId: 'https://sp.example',
  assertionConsumerServices: [{ url: 'https://sp.example/acs', index: 0, isDefault: false }],
  singleLogoutServices: [],
  signingCertificates: [],
};
const application = (code: string, more: Record<string, unknown>): Application =>
  ({ ...base, applicationId: `id-of-${code}`, code, name: code, ...more }) as unknown as Application;
const web = (more: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) =>
  application('web', { oidc: { ...oidc, ...more }, ...rest });
const provider = (more: Record<string, unknown> = {}) => application('provider', { saml: { ...saml, ...more } });
const native = application('native', {
  oidc: { ...oidc, client_id: 'native', token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1/cb', 'com.acme.app:/cb'] },
});

/** A company in which nothing is to be said: with one application of each kind, used, and two administrators with a second factor. */
const sound = (more: Partial<RiskFacts> = {}): RiskFacts => {
  const applications = more.applications ?? [web(), provider(), native];
  return {
    now,
    environment: 'production',
    url: 'https://login.acme.example/acme',
    lastUses: new Map(applications.map(({ applicationId }) => [applicationId, now])),
    endings: [],
    administrators: { count: 2, withoutFactor: [] },
    rules: defaultRules,
    ...more,
    applications,
  };
};
const rules = (policy: Record<string, unknown>, overrides: unknown[] = []): PolicyRules =>
  rulesSchema.parse({ base: { ...defaultPolicy, ...policy }, overrides });
const soon = new Date(now.getTime() + 10 * dayMs);
const past = new Date(now.getTime() - dayMs);
const ending = (kind: string, notAfter: Date) =>
  [{ kind, notAfter, fingerprint: 'f', application: kind === 'own-certificate' ? undefined : web() }] as never;
const approval = { url: 'https://login.acme.example/acme-approval', applications: [], rules: defaultRules };
const edit = '/admin/applications/id-of-web/edit';
const editProvider = '/admin/applications/id-of-provider/edit';

/** Each risk, injected, and the page that mends it. */
const injected: [code: RiskCode, page: string, facts: Partial<RiskFacts>][] = [
  ['company-over-http', '/admin/settings', { url: 'http://login.acme.example/acme' }],
  ['certificate-ended', '/admin/certificates', { endings: ending('own-certificate', past) }],
  ['certificate-ends-soon', '/admin/certificates', { endings: ending('own-certificate', soon) }],
  ['partner-certificate-ended', edit, { endings: ending('partner-certificate', past) }],
  ['partner-certificate-ends-soon', edit, { endings: ending('partner-certificate', soon) }],
  ['client-secret-ended', '/admin/applications/id-of-web', { endings: ending('client-secret', past) }],
  ['client-secret-ends-soon', '/admin/applications/id-of-web', { endings: ending('client-secret', soon) }],
  ['http-address', editProvider, { applications: [provider({ assertionConsumerServices: [{ url: 'http://sp.example/acs' }] })] }],
  ['http-address', edit, { applications: [web({}, { launchUrl: 'http://web.example/' })] }],
  ['local-address', edit, { applications: [web({ redirect_uris: ['https://web.example/cb', 'http://localhost:3000/cb'] })] }],
  ['local-address', edit, { applications: [web({ backchannel_logout_uri: 'http://127.0.0.1:9/bye' })] }],
  ['local-address', editProvider, { applications: [provider({ assertionConsumerServices: [{ url: 'http://[::1]/acs' }] })] }],
  ['approval-address', edit, { approval: { ...approval, applications: [web()] } }],
  ['approval-address', editProvider, { approval: { ...approval, applications: [provider()] } }],
  ['approval-address', edit, { approval, applications: [web({ redirect_uris: [`${approval.url}/launchpad`] })] }],
  ['pattern-address', edit, { applications: [web({ redirect_uris: ['https://*.preview.web.example/cb'] })] }],
  ['no-administrator', '/admin/users', { administrators: { count: 0, withoutFactor: [] } }],
  ['one-administrator', '/admin/users', { administrators: { count: 1, withoutFactor: [] } }],
  ['second-factor-off', '/admin/policy', { rules: rules({ secondFactor: { demand: 'off', factors: [], rememberDays: 0 } }) }],
  ['administrators-without-second-factor', '/admin/policy', { administrators: { count: 2, withoutFactor: ['Ana Souza'] } }],
  ['breached-passwords-taken', '/admin/policy', { rules: rules({ password: { ...defaultPolicy.password, refuseBreached: false } }) }],
  [
    'policy-weaker-than-approval',
    '/admin/policy',
    { approval: { ...approval, rules: rules({ lockout: { ...defaultPolicy.lockout, limit: 3 } }) } },
  ],
  ['weak-saml-option', editProvider, { applications: [provider({ audiences: ['urn:two'] })] }],
  ['ended-saml-option', editProvider, { applications: [provider({ acceptSha1Until: '2031-05-01' })] }],
  ['private-use-scheme', edit, { applications: [web({ redirect_uris: ['cursor://cb'], token_endpoint_auth_method: 'none' })] }],
  ['long-grants', edit, { applications: [web({ grant_types: ['authorization_code', 'refresh_token'], grant_seconds: 31_536_000 })] }],
  ['unused-application', '/admin/applications/id-of-web', { applications: [web()], lastUses: new Map() }],
  [
    'unused-application',
    '/admin/applications/id-of-web',
    { applications: [web()], lastUses: new Map([['id-of-web' as ApplicationId, new Date(now.getTime() - 91 * dayMs)]]) },
  ],
];

describe('domain/administration/risks: each of them', () => {
  it('a sound company has none, with an approval environment that is as strict, too', () => {
    expect(findRisks(sound())).to.deep.equal([]);
    expect(findRisks(sound({ approval: { ...approval, applications: [native] } }))).to.deep.equal([]);
    // whoever needs a second factor is asked for it before they come in
    const required = rules({ secondFactor: { ...defaultPolicy.secondFactor, demand: 'required' } });
    expect(findRisks(sound({ rules: required, administrators: { count: 2, withoutFactor: ['Ana'] } }))).to.deep.equal([]);
  });

  for (const [code, page, facts] of injected)
    it(`${code} is named, alone, with the page that mends it`, () => {
      const found = findRisks(sound(facts));
      expect(found.map((risk) => [risk.code, risk.severity, pathOf(risk.page)])).to.deep.equal([[code, riskCodes[code], page]]);
    });

  it('every code is injected above, and has words in three languages without a hole', () => {
    expect([...new Set(injected.map(([code]) => code))]).to.have.members(Object.keys(riskCodes));
    const i18n = createI18n(new URL('../../../../views/', import.meta.url));
    for (const [code, , facts] of injected)
      for (const locale of locales) {
        const [risk] = findRisks(sound(facts));
        const t = i18n.for(locale);
        for (const { key, params } of riskWords(risk!)) {
          expect(i18n.exists(key), `${code}: ${key} in ${locale}`).to.equal(true);
          expect(t(key, params), `${code} in ${locale}`).to.not.match(/\{\{|undefined|^risks\./);
        }
      }
    const texts = JSON.parse(readFileSync(new URL('../../../../views/admin-console/texts.en.json', import.meta.url), 'utf8'));
    for (const code of Object.keys(riskCodes)) expect(texts.risks, code).to.have.property(code.replaceAll('-', '_'));
  });

  it('what is worse stands first', () => {
    const all = findRisks(
      sound({
        url: 'http://acme.example',
        applications: [web(), provider({ audiences: ['urn:two'], acceptSha1Until: '2031-05-01' })],
        lastUses: new Map(),
        administrators: { count: 1, withoutFactor: ['Ana'] },
      }),
    ).map(({ severity }) => severity);
    expect(all).to.deep.equal(['problem', 'warning', 'warning', 'warning', 'advice', 'advice', 'advice']);
  });

  it('in approval only what stops working or gives away is told; a disabled application asks for nothing', () => {
    for (const [code, , facts] of injected) {
      const found = findRisks(sound({ ...facts, environment: 'approval' })).map((one) => one.code);
      expect(found, code).to.deep.equal(/certificate|secret-end|saml/.test(code) ? [code] : []);
      const applications = (facts.applications ?? [web(), provider()]).map((one) => ({ ...one, enabled: false }));
      if (facts.applications) expect(findRisks(sound({ ...facts, applications })), code).to.deep.equal([]);
    }
  });

  it('one that only asks for tokens is unused when its secret is; of one with a key of its own nothing is known', () => {
    const machine = (method: string) => web({ grant_types: ['client_credentials'], redirect_uris: [], token_endpoint_auth_method: method });
    const codes = (one: Application) => findRisks(sound({ applications: [one], lastUses: new Map() })).map(({ code }) => code);
    expect(codes(machine('client_secret_basic'))).to.deep.equal(['unused-application']);
    expect(codes(machine('private_key_jwt'))).to.deep.equal([]);
    expect(codes({ ...web(), createdAt: new Date(now.getTime() - 89 * dayMs) }), 'it is new').to.deep.equal([]);
  });
});

describe('domain/administration/risks: gathering', () => {
  const store = useStore();
  const at = (scope: Scope, time: number | Date): Scope => ({ ...scope, clock: { now: () => new Date(time) } });
  const addressOf = (context: Parameters<typeof contextAddress>[0]) => contextAddress(context, 'https://login.example');
  const codesOf = async (scope: Scope) =>
    (await listRisks(scope, addressOf)).map(({ code, application: of }) => `${code} ${of?.code ?? ''}`.trim());

  it('reads administrators, factors, uses by people and by secrets, and nothing of another company', async () => {
    await store.unchanged(() => listRisks(store.scope, addressOf));
    expect(await codesOf(store.scope)).to.include.members(['one-administrator', 'administrators-without-second-factor']);
    expect((await gatherRiskFacts(store.scope, addressOf)).administrators).to.deep.equal({ count: 1, withoutFactor: ['Ana Souza'] });
    await store.person({ role: 'administrator', status: 'invited' });
    expect((await gatherRiskFacts(store.scope, addressOf)).administrators.count, 'invited is not active').to.equal(1);
    const second = await store.person({ role: 'administrator' });
    await store.scope.db('second_factors').insert({
      context_id: store.scope.contextId,
      user_id: second.userId,
      factor_id: second.userId,
      kind: 'totp',
      name: 'Phone',
      created_at: new Date(),
    });
    expect((await gatherRiskFacts(store.scope, addressOf)).administrators).to.deep.equal({ count: 2, withoutFactor: ['Ana Souza'] });
    expect((await gatherRiskFacts(store.other, addressOf)).administrators.count).to.equal(1);

    const later = Date.now() + 100 * dayMs;
    expect(await codesOf(at(store.scope, later))).to.include.members(['unused-application payroll', 'unused-application mobile']);
    const { applicationId: payroll } = (await findApplicationByCode(store.scope, 'payroll'))!;
    const { applicationId: mobile } = (await findApplicationByCode(store.scope, 'mobile'))!;
    const sessionId = await store.session(second.userId);
    const participant = { applicationId: mobile, protocol: 'oidc' as const, protocolSession: 'one', nameIds: [] };
    await recordParticipant(at(store.scope, later - dayMs), sessionId, participant);
    const used = await codesOf(at(store.scope, later));
    expect(used).to.include('unused-application payroll').and.not.include('unused-application mobile');
    await recordSecretUse(at(store.scope, later - dayMs), payroll, 'fingerprint');
    expect((await codesOf(at(store.scope, later))).filter((one) => one.startsWith('unused'))).to.deep.equal([]);
    expect(await codesOf(at(store.scope, later + 91 * dayMs))).to.include('unused-application mobile');
    await setApplicationEnabled(store.scope, mobile, false);
    expect(await codesOf(at(store.scope, later + 91 * dayMs))).to.not.include('unused-application mobile');
  });

  it('compares with the approval environment, and says nothing of it to anybody but its production', async () => {
    const { contextId: _, ...server } = store.scope;
    const pair = await createApproval(server, { code: 'acme-approval', name: 'Approval', pairedContextId: store.scope.contextId });
    const approvalScope = { ...store.scope, contextId: pair.contextId };
    const before = await codesOf(store.scope);
    const address = 'https://wiki.example/cb';
    const client = (client_id: string) => ({ client_id, token_endpoint_auth_method: 'none', redirect_uris: [address] });
    await createApplication(store.scope, { code: 'wiki', name: 'Wiki', oidc: client('wiki') } as never);
    expect(await codesOf(store.scope)).to.have.members(before);
    await createApplication(approvalScope, { code: 'wiki-test', name: 'Wiki', oidc: client('wiki') } as never);
    await changePolicy(
      approvalScope,
      { ...defaultRules, base: { ...defaultPolicy, session: { ...defaultPolicy.session, idleMinutes: 30 } } },
      0,
    );
    expect(await codesOf(store.scope)).to.have.members([...before, 'approval-address wiki', 'policy-weaker-than-approval']);
    const [weaker] = (await listRisks(store.scope, addressOf)).filter(({ code }) => code === 'policy-weaker-than-approval');
    expect(weaker!.params).to.deep.equal({ part: 'session.idleMinutes', own: '120', other: '30' });
    expect((await codesOf(store.other)).some((one) => /approval/.test(one))).to.equal(false);
    expect(await codesOf(approvalScope)).to.deep.equal([]);
  });

  it('asks as many statements of a company with five hundred applications as of one with few', async () => {
    const statements = async (): Promise<number> => {
      let n = 0;
      const count = () => {
        n++;
      };
      store.scope.db.on('query', count);
      await listRisks(store.scope, addressOf);
      store.scope.db.removeListener('query', count);
      return n;
    };
    const few = await statements();
    await store.scope.db.raw(
      `INSERT INTO applications (context_id, application_id, code, name, name_key, oidc, oidc_client_id, created_at, updated_at)
       SELECT context_id, gen_random_uuid(), 'many-' || i, 'Many ' || i, 'many ' || i, oidc, 'many-' || i, created_at, updated_at
       FROM applications, generate_series(1, 500) AS i WHERE context_id = ? AND code = 'payroll'`,
      [store.scope.contextId],
    );
    expect(await statements()).to.equal(few);
    expect(few).to.be.at.most(16);
  });
});
