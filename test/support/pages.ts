import { expect } from 'chai';
import { pageRoutes } from '../../src/app/web-routes.ts';
import { simulation, startSimulation } from '../../src/domain/administration/simulations/index.ts';
import { draftImport } from '../../src/domain/administration/user-imports/index.ts';
import { decide, recordRefusal } from '../../src/domain/applications/access/index.ts';
import { listApis } from '../../src/domain/applications/apis/index.ts';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { acceptTerms, publishTerms } from '../../src/domain/applications/consents/index.ts';
import { startTrace } from '../../src/domain/applications/traces/index.ts';
import { changeSettings, loadSettings } from '../../src/domain/company/context-settings/index.ts';
import { listCustomFields } from '../../src/domain/company/custom-fields/index.ts';
import { newAccountsSettings } from '../../src/domain/company/new-accounts/index.ts';
import { directoryRules } from '../../src/domain/people/directories/index.ts';
import { findGroupByName } from '../../src/domain/people/groups/index.ts';
import { planDeactivation } from '../../src/domain/people/planned-deactivations/index.ts';
import { startUserExport, userExport } from '../../src/domain/people/user-exports/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import { createLink, type LinkKind } from '../../src/domain/records/one-time-links/index.ts';
import { findOperation, runOperation, Superseded } from '../../src/domain/records/operations/index.ts';
import { recordFailure } from '../../src/domain/records/page-failures/index.ts';
import { inTransaction, type Scope, type UserId } from '../../src/domain/scope.ts';
import { enrolFactor } from '../../src/domain/sign-in/authentication/index.ts';
import { factorsUsableAt } from '../../src/domain/sign-in/credentials/factors/index.ts';
import { startTotp } from '../../src/domain/sign-in/credentials/totp/index.ts';
import { rulesSchema } from '../../src/domain/sign-in/sign-in-policy/index.ts';
import { exportWords, importWords } from '../../src/web/request/index.ts';
import { prepareDirectories } from './directory-pages.ts';
import { answerOf, placeAt } from './factors.ts';
import { linkedTo } from './network.ts';
import { eventually } from './process.ts';
import { promoted } from './promotion.ts';
import { totpCode } from './second-factor.ts';
import type { TestServer } from './server.ts';

/**
 * Fills company acme until every page has something to show.
 * @returns the addresses of pages that Ana, an administrator who has signed in before, can open; each page at least once
 */
export async function preparePages(server: TestServer): Promise<string[]> {
  const person = (email: string, firstName: string, lastName: string) => ({ email, firstName, lastName });
  // before jobs run, which would read these directories themselves and find nobody to ask
  const directories = await prepareDirectories(await server.scope());
  await server.app.startJobs();
  await server.apply({
    contexts: [
      {
        code: 'acme',
        name: 'Acme S.A.',
        users: [
          person('beatriz@acme.example', 'Beatriz', 'Nogueira'),
          person('wolfeschlegelsteinhausenbergerdorff@acme.example', 'Hubert', 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren'),
        ],
        customFields: [{ code: 'cost_center', label: 'Centro de custo', type: 'text' }],
        applications: [
          {
            code: 'survey',
            name: 'Survey',
            navigable: true,
            oidc: {
              client_id: 'survey',
              token_endpoint_auth_method: 'none',
              redirect_uris: ['http://127.0.0.1:9/survey'],
              consent_required: true,
            },
          },
          {
            code: 'partner',
            name: 'Partner portal',
            navigable: true,
            saml: { entityId: 'https://partner.example', assertionConsumerServices: [{ url: 'https://partner.example/acs' }] },
          },
        ],
        apis: [
          {
            identifier: 'https://api.acme.example/orders',
            name: 'Orders',
            scopes: [
              {
                name: 'orders:read',
                texts: { en: 'Read your orders', es: 'Leer sus pedidos', 'pt-BR': 'Ler seus pedidos' },
                grantedTo: { groups: ['Everyone'], users: ['beatriz@acme.example'] },
              },
              { name: 'orders:write', texts: { en: 'Change your orders' } },
            ],
            applications: [
              { code: 'payroll', scopes: ['orders:read', 'orders:write'], ownScopes: ['orders:read'], isResourceServer: true },
              { code: 'survey', scopes: ['orders:read'] },
            ],
          },
        ],
      },
      {
        code: 'acme-approval',
        name: 'Acme S.A. (approval)',
        environment: 'approval',
        pairedWith: 'acme',
        mails: { blocked: { en: { subject: 'Blocked', body: 'Ask for help.', action: 'Open' } } },
      },
    ],
  });
  const scope = await server.scope();
  const { i18n } = server.app.services;
  const [ana, beatriz] = await Promise.all(
    ['ana@acme.example', 'beatriz@acme.example'].map(async (login) => (await findUserByLogin(scope, login))!),
  );
  await acceptTerms(
    scope,
    ana!.userId,
    await publishTerms(scope, { en: { title: 'Terms of use', body: 'Be kind.\n\nTo everybody.' } }, 0),
    'en',
  );

  await linkedTo(scope, [ana!.userId]);
  const { version } = await loadSettings(scope, directoryRules);
  await changeSettings(scope, directoryRules, { signIn: true }, version);

  const factors = await inTransaction(scope, async (inside) => {
    await changeSettings(inside, newAccountsSettings, { selfRegistration: true, domains: ['acme.example'] }, 0);
    for (const { userId, email } of [ana!, beatriz!]) {
      const { secret, sealed } = startTotp(inside, userId, { company: 'Acme', login: email! });
      await enrolFactor(inside, userId, {
        kind: 'totp',
        place: placeAt(server),
        answer: answerOf({ offer: sealed, code: totpCode(secret) }),
        name: 'Phone',
      });
    }
    // signed in with it: pages about one's own factors ask for that
    await inside
      .db('sessions')
      .where({ user_id: ana!.userId })
      .update({ amr: ['pwd', 'otp', 'mfa'] });
    return inside.db('second_factors').where({ user_id: ana!.userId }).pluck('factor_id');
  });
  await refuseOnce(scope, beatriz!.userId);
  const link = (kind: LinkKind, payload: Record<string, string> = {}) => {
    const owner = kind === 'registration' ? { addressKey: 'zora@acme.example' } : { userId: beatriz!.userId };
    return createLink(scope, { kind, owner, lifetimeSeconds: 3600, payload });
  };
  const address = { email: 'beatriz.nogueira@acme.example' };
  await scope.db('users').where({ user_id: beatriz!.userId }).update({ status: 'activated' });
  const away = { startsOn: '2099-01-01', endsOn: '2099-02-01', description: 'Sabbatical' };
  await planDeactivation(scope, beatriz!.userId, away, 'UTC');

  const asAna = { ...scope, actor: { kind: 'person', id: ana!.userId, name: 'Ana Souza' } } as const;
  const words = importWords(i18n);
  const draft = await draftImport(
    asAna,
    Buffer.from('firstName,lastName,email\nEva,Luz,eva@acme.example'),
    { activation: 'invitation', locale: 'en' },
    words,
  );
  const exported = await startUserExport(asAna, {}, 'en');
  await runOperation(
    scope,
    exported,
    async () => true,
    (inside, operation) => userExport.run(inside, operation, { exportWords: (locale) => exportWords(i18n, locale) }),
  ).catch((error) => {
    // the server's own worker, where there is one, was later
    if (!(error instanceof Superseded)) throw error;
  });
  await eventually(async () => expect((await findOperation(scope, exported))!.state).to.equal('done'));
  const payload = { operationId: exported as string };
  const exportLink = await createLink(scope, { kind: 'export', owner: { userId: ana!.userId }, lifetimeSeconds: 3600, payload });

  const elsewhere = rulesSchema.parse({ base: { networks: ['192.0.2.0/24'] } });
  const simulated = await startSimulation(asAna, { rules: elsewhere }, { kind: 'policy', version: 0 }, ['totp']);
  await runOperation(
    scope,
    simulated,
    async () => true,
    (inside, operation) => simulation.run(inside, operation, {}),
  ).catch((error) => {
    if (!(error instanceof Superseded)) throw error;
  });
  await eventually(async () => expect((await findOperation(scope, simulated))!.state).to.equal('done'));

  const payroll = `/admin/applications/${(await findApplicationByCode(scope, 'payroll'))!.applicationId}`;
  const { applicationId: partnerId } = (await findApplicationByCode(scope, 'partner'))!;
  const partner = `/admin/applications/${partnerId}`;
  await startTrace(scope, partnerId);
  const api = `/admin/apis/${(await listApis(scope))[0]!.apiId}`;
  const user = `/admin/users/${beatriz!.userId}`;
  // strangers have used up what new browsers may try
  await scope
    .db('sign_in_attempts')
    .insert({ context_id: scope.contextId, user_id: beatriz!.userId, failed: 5, pending: 0, last_at: new Date() });
  const group = `/admin/groups/${(await findGroupByName(scope, 'Finance'))!.groupId}`;
  const field = `/admin/custom-fields/${(await listCustomFields(scope))[0]!.fieldId}`;
  const { promotionId } = await promoted(scope, { picked: ['mail blocked.en'] });
  const promotion = `/admin/promotion/${promotionId}`;
  const authorize = (clientId: string, redirectUri: string) =>
    `/oidc/authorize?client_id=${clientId}&response_type=code&scope=openid+profile+email+orders:read&redirect_uri=${encodeURIComponent(redirectUri)}&code_challenge_method=S256&code_challenge=${'a'.repeat(43)}`;
  return [
    '/launchpad',
    '/launchpad?q=zzz',
    '/account',
    '/account/email',
    '/account/recovery-email',
    '/account/password',
    '/account/network-password',
    '/account/second-factors',
    ...factorsUsableAt('http://127.0.0.1').map((kind) => `/account/second-factors/new/${kind}`),
    `/account/second-factors/${factors[0]}/remove`,
    '/account/sessions',
    '/account/applications',
    '/account/privacy',
    '/recovery',
    `/recovery/${await link('recovery')}`,
    '/recovery/0000000000000000000000000000000000000000000',
    `/activate/${await link('invitation')}`,
    '/register',
    `/register/${await link('registration', { ...person('zora@acme.example', 'Zora', 'Lima'), locale: 'en' })}`,
    `/email-change/${await link('email-change', address)}`,
    `/email-confirm/${await link('email-confirm', address)}`,
    `/recovery-email/${await link('recovery-email', address)}`,
    '/admin',
    '/admin/search',
    '/admin/search?q=a',
    '/admin/search?q=zzzz',
    '/admin/risks',
    '/admin/applications',
    '/admin/applications?q=zzz',
    '/admin/catalogue',
    '/admin/catalogue?q=grafana&category=Analytics',
    '/admin/catalogue?q=zzz',
    `${payroll}/abilities`,
    '/admin/applications/new?entry=fluig',
    '/admin/applications/new?entry=gitlab',
    '/admin/applications/new?entry=aws-iam-identity-center',
    '/admin/applications/new?entry=openid-connect',
    '/admin/applications/new?entry=saml',
    payroll,
    `${payroll}/connection`,
    `${payroll}/data`,
    `${payroll}/activity`,
    `${payroll}/advanced`,
    `${payroll}/test`,
    `${payroll}/edit`,
    `${payroll}/edit?part=sign-in`,
    `${payroll}/preview`,
    `${payroll}/preview?login=nobody`,
    `${payroll}/assignments`,
    `${payroll}/assignments?person=a`,
    `${payroll}/access`,
    `${payroll}/access?way=direct&q=zzz`,
    `${payroll}/access/export`,
    `${payroll}/simulate`,
    `${payroll}/delete`,
    partner,
    `${partner}/connection`,
    `${partner}/data`,
    `${partner}/activity`,
    `${partner}/advanced`,
    `${partner}/test`,
    `${partner}/edit`,
    `${partner}/edit?part=advanced`,
    `${partner}/preview`,
    `${partner}/preview?login=nobody`,
    `${partner}/trace`,
    '/admin/apis',
    '/admin/apis/new',
    api,
    `${api}/edit`,
    `${api}/delete`,
    `${api}/scope?name=orders:read`,
    `${api}/applications`,
    `${api}${payroll.replace('/admin', '')}`,
    '/admin/users',
    '/admin/users?q=zzz',
    '/admin/users?status=activated&by=name&q=a&columns=login,status,created,last-sign-in&sort=-last-sign-in',
    '/admin/users/new',
    user,
    `${user}/edit`,
    `${user}/second-factors`,
    `${user}/new-browsers`,
    `${user}/personal-data`,
    `${user}/temporary-deactivation`,
    `${user}/temporary-deactivation/remove`,
    `${user}/access`,
    `${user}/history`,
    `${user}/view-launchpad`,
    `${user}/delete`,
    `${user}/provision`,
    ...directories,
    '/admin/users/export',
    '/admin/users/import',
    `/admin/users/import/${'operationId' in draft ? draft.operationId : ''}`,
    `/admin/operations/${exported}`,
    `/admin/exports/${exportLink}`,
    `${user}/groups`,
    `${user}/groups/add`,
    `${user}/applications`,
    `${user}/applications/add`,
    '/admin/operations',
    '/admin/groups',
    '/admin/groups/new',
    `${group}/members/${beatriz!.userId}/remove`,
    group,
    `${group}?person=beatriz`,
    `${group}/edit`,
    `${group}/applications/add`,
    `${group}/second-factor`,
    `${group}/simulate`,
    `/admin/simulations/${simulated}`,
    `${group}/applications/${partnerId}/remove`,
    `${group}/delete`,
    '/admin/custom-fields',
    '/admin/custom-fields/new',
    `${field}/edit`,
    `${field}/delete`,
    '/admin/policy',
    '/admin/policy?login=jsilva',
    '/admin/policy/overrides/new',
    '/admin/explain',
    `/admin/explain?person=${beatriz!.userId}&application=${partnerId}`,
    '/admin/explain?person=nobody&application=payroll&from=here&at=soon',
    '/admin/explain?person=nobody&application=none',
    '/admin/explain?code=PAGE-2345',
    '/admin/explain?code=PAGE-6789',
    '/admin/explain?code=NONE-NONE',
    '/admin/new-accounts',
    '/admin/profiles',
    '/admin/consent',
    '/admin/consent?edition=1&show=missing',
    '/admin/consent/edit',
    '/admin/consent/withdraw',
    '/admin/branding',
    '/admin/messages',
    '/admin/messages/invitation/pt-BR',
    '/admin/audit',
    '/admin/audit/export',
    '/admin/audit/retention',
    '/admin/keys',
    '/admin/keys/rotate',
    '/admin/certificates',
    '/admin/settings',
    '/admin/guides',
    '/admin/guides/administrators',
    '/admin/guides/operators',
    '/admin/promotion',
    '/admin/promotion/history',
    '/admin/promotion/rules',
    promotion,
    `${promotion}/undo`,
    '/admin/environments',
    '/admin/environments/people',
    '/admin/certificates/publish?alg=RS256',
    '/saml/sso?SAMLRequest=broken',
    `/saml/launch/${partnerId}?RelayState=https://elsewhere.example/`,
    '/oidc/device',
    '/oidc/sign-out',
    authorize('payroll', 'http://127.0.0.1:9/callback'),
    authorize('survey', 'http://127.0.0.1:9/survey'),
    `${authorize('survey', 'http://127.0.0.1:9/survey')}&prompt=select_account`,
    '/oidc/authorize?client_id=none',
    '/nothing',
    '/sign-out',
  ];
}

/** Something to explain: an application that is not assigned, and a link that was over. */
async function refuseOnce(scope: Scope, userId: UserId): Promise<void> {
  const application = (await findApplicationByCode(scope, 'payroll'))!;
  const facts = {
    person: { status: 'activated' },
    application: { enabled: true, navigable: false },
    assignment: { direct: false, byGroup: false, byEveryone: false },
  } as const;
  const verdict = decide(facts);
  if (!verdict.allowed) await recordRefusal(scope, { id: userId, name: 'Beatriz Nogueira' }, application, verdict, 'PAGE-2345');
  const link = { kind: 'invitation', madeAt: new Date(), expiresAt: new Date() };
  await recordFailure(scope, { supportCode: 'PAGE-6789', code: 'link_over', status: 410, page: '/activate/:token', userId, facts: link });
}

/** Routes that are no page of their own to look at, each for a reason. */
const noPages: Record<string, string> = {
  '/.well-known/oauth-protected-resource/:api': 'a document',
  '/admin/apis/:api/export': 'a file',
  '/admin/guides/images/:image': 'a picture',
  '/admin/find/people': 'what a field asks while somebody types',
  '/admin/find/groups': 'what a field asks while somebody types',
  '/admin/search/suggestions': 'what a field asks while somebody types',
  '/': 'leads to the Launchpad',
  '/admin/operations/:operation/file': 'a file',
  '/admin/simulations/:operation/file': 'a file',
  '/admin/users/:user/access/file': 'a file',
  '/admin/applications/:application/export': 'a file',
  '/admin/exports/:token/file': 'a file',
  '/language': 'leads back',
  '/.well-known/change-password': 'leads to the page of the password',
  '/admin/environments/reset': 'of an approval environment: in test/web/admin-console/environments.test.ts',
  '/launchpad/open/:application': 'leads to the application',
  '/logos/:application': 'image',
  '/photos/:user': 'image',
  '/admin/users/:user/photo/remove': 'of somebody with a photo: in test/web/account/profile.test.ts',
  '/branding/logo': 'image',
  '/branding/colors.css': 'a stylesheet',
  '/admin/branding/preview': 'in a frame of the page of the branding',
  '/saml/metadata': 'XML',
  '/saml/request/:request': 'in the SAML journeys',
  '/saml/slo': 'in the SAML journeys',
  '/saml/logout/:logout': 'in the SAML journeys',
  '/saml/refused/:refusal': 'in the SAML journeys',
  '/oidc/interaction/:uid': 'where an authorization leads',
  '/sign-in': 'leads to a request of its own',
  '/sign-in/:request': 'in the sign-in journey',
  '/sign-in/:request/new-password': 'in the sign-in journey',
  '/sign-in/:request/network-password': 'in the sign-in journey',
  '/sign-in/:request/second-factor': 'in the sign-in journey',
  '/sign-in/:request/enrol': 'in the sign-in journey',
  '/sign-in/:request/terms': 'in the sign-in journey',
  '/signed-out': 'after signing out',
  '/account/second-factors/new/passkey': 'needs a host with a name: in the passkey journeys',
};

/** Pages of the route table that no address opens: whoever adds a page adds it above. */
export function pagesNotOpened(addresses: string[]): string[] {
  const paths = addresses.map((address) => address.split('?')[0]!);
  return pageRoutes(undefined as never, undefined as never)
    .filter(({ method, path }) => method === 'GET' && !noPages[path])
    .filter(({ path }) => !paths.some((one) => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`).test(one)))
    .map(({ path }) => path);
}
