import { expect } from 'chai';
import { publishTerms } from '../../src/domain/applications/consents/index.ts';
import type { Status } from '../../src/domain/people/users/index.ts';
import { element, serialize } from '../../src/platform/saml/write-xml.ts';
import { type Answer, Jar, send } from '../support/jar.ts';
import { startMailSink } from '../support/mail-sink.ts';
import { authorizationUrl, basic, signInWithTokens, token } from '../support/oidc.ts';
import { setPolicy } from '../support/policy.ts';
import { eventually } from '../support/process.ts';
import { clientSecret, fillSignIn, signedIn, startTestServer, type TestServer } from '../support/server.ts';
import { answerPasskey, createSoftwarePasskey } from '../support/software-passkey.ts';

const password = 'a password for the matrix';

/** Law 1: one gate. Every way in, crossed with every reason to stay out. */
describe('path × state', () => {
  let server: TestServer;
  let sink: Awaited<ReturnType<typeof startMailSink>>;
  beforeEach(async () => {
    sink = await startMailSink();
    // a name, not an address: passkeys need one
    server = await startTestServer({ host: 'localhost', jobs: true, config: { smtpUrl: sink.url } });
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [
            { email: 'mara@acme.example', firstName: 'Mara', lastName: 'Matriz', password },
            { email: 'nora@acme.example', firstName: 'Nora', lastName: 'Matriz', password },
          ],
          groups: [{ name: 'Team', members: ['mara@acme.example', 'nora@acme.example'] }],
          applications: [
            { code: 'payroll', name: 'Payroll', assignedTo: { groups: ['Team'] } },
            { code: 'mobile', name: 'Mobile', navigable: false, assignedTo: { groups: ['Team'] } },
            {
              code: 'wiki',
              name: 'Wiki',
              assignedTo: { groups: ['Team'] },
              saml: { entityId: 'https://wiki.example', assertionConsumerServices: [{ url: 'https://wiki.example/acs' }] },
            },
          ],
        },
      ],
    });
  });
  afterEach(async () => {
    await server.close();
    sink.close();
  });

  const setStatus = async (status: Status) => {
    await (await server.scope()).db('users').where({ last_name: 'Matriz' }).update({ status });
  };

  const states: Record<string, () => Promise<unknown>> = {
    blocked: () => setStatus('blocked'),
    deactivated: () => setStatus('deactivated'),
    'password expired': async () => {
      await (await server.scope()).db('passwords').update({ changed_at: new Date(Date.now() - 40 * 86_400_000) });
      await setPolicy(server, { password: { minLength: 12, classes: [], history: 0, expiryDays: 30, refuseBreached: true } });
    },
    'MFA missing': () => setPolicy(server, { secondFactor: { demand: 'required', factors: ['totp'], rememberDays: 0 } }),
    'network refused': () => setPolicy(server, { networks: ['192.0.2.0/24'] }),
    'terms not accepted': async () => publishTerms(await server.scope(), { en: { title: 'Terms', body: 'Be kind.' } }, 0),
    unassigned: async () =>
      (await server.scope())
        .db('application_groups')
        .whereIn('group_id', (await server.scope()).db('groups').where({ name: 'Team' }).select('group_id'))
        .delete(),
  };

  type Ready = {
    jar: Jar;
    tokens: { access_token: string; refresh_token: string };
    passkey: ReturnType<typeof createSoftwarePasskey>;
  };
  const isDone = (url: string) => url.startsWith(server.redirectUri);
  /** Where a browser ended, in one word. */
  function where({ text, location, status, url }: Answer): string {
    if (location && isDone(location))
      return new URL(location).searchParams.has('code') ? 'in' : new URL(location).searchParams.get('error')!;
    if (text.includes('name="SAMLResponse"')) return 'in';
    if (/\/(enrol|new-password|second-factor|terms)$/.test(url)) return url.split('/').at(-1)!;
    if (text.includes('only from certain networks')) return 'kept out';
    if (text.includes('name="password"')) return text.includes('id="fault"') ? 'refused' : 'asked';
    if (/\/launchpad(\?done=\w+)?$/.test(url)) return 'in';
    if (text.includes('The device is connected')) return 'in';
    return status === 403 ? 'no access' : `${status} ${url}`;
  }
  const samlRequest = () =>
    Buffer.from(
      serialize(
        element(
          'samlp:AuthnRequest',
          {
            ID: `_${Math.random().toString(36).slice(2)}`,
            Version: '2.0',
            IssueInstant: new Date().toISOString(),
            Destination: `${server.issuer}/saml/sso`,
          },
          element('saml:Issuer', {}, 'https://wiki.example'),
        ),
      ),
    ).toString('base64');

  const paths: Record<string, (ready: Ready) => Promise<string>> = {
    form: async () => {
      const jar = new Jar();
      return where(await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'mara@acme.example', password));
    },
    // Nora's: Mara is the one who has no second factor
    passkey: async ({ passkey }) => {
      const jar = new Jar();
      const page = await jar.follow(`${server.issuer}/launchpad`);
      return page.text.includes('data-passkey') ? where(await answerPasskey(jar, page, passkey)) : 'not offered';
    },
    session: async ({ jar }) => where(await jar.follow(`${server.issuer}/launchpad`)),
    authorize: async ({ jar }) => where(await jar.follow(authorizationUrl(server, { scope: 'openid' }).url, {}, isDone)),
    refresh: async ({ tokens }) => {
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
      return (await token(server.issuer, form, basic('payroll', clientSecret))).status === 200 ? 'in' : 'refused';
    },
    userinfo: async ({ tokens }) => {
      const answer = await send(`${server.issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
      return answer.status === 200 ? 'in' : 'refused';
    },
    device: async ({ jar }) => {
      const started = await send(`${server.issuer}/oidc/device/authorize`, { form: { client_id: 'mobile', scope: 'openid' } });
      const { verification_uri, user_code } = JSON.parse(started.text);
      const confirm = await jar.submit(jar.form(await jar.follow(verification_uri), /oidc\/device/), { user_code });
      return where(await jar.submit(jar.form(confirm, /oidc\/device/), { confirm: 'yes' }));
    },
    'SAML, asked': async ({ jar }) =>
      where(await jar.follow(`${server.issuer}/saml/sso`, { method: 'POST', form: { SAMLRequest: samlRequest() } })),
    'SAML, launched': async ({ jar }) => {
      const { application_id } = (await (await server.scope()).db('applications').where({ code: 'wiki' }).first('application_id'))!;
      return where(await jar.follow(`${server.issuer}/saml/launch/${application_id}`));
    },
    recovery: async () => {
      const jar = new Jar();
      await jar.submit(jar.form(await jar.get(`${server.issuer}/recovery`), /recovery$/), { login: 'mara@acme.example' });
      const events = async () => (await server.scope()).db('audit_events').where({ type: 'password.recovery-requested' });
      await eventually(async () => expect(await events()).to.have.length(1));
      if ((await events())[0]!.outcome === 'failure') return 'no mail';
      let link = '';
      await eventually(async () => {
        [link = ''] = sink.mails.flatMap(({ text }) => /https?:\/\/\S+\/recovery\/[\w-]{43}/.exec(text) ?? []);
        expect(link).to.not.equal('');
      });
      const chosen = 'another one for the matrix';
      return where(await jar.submit(jar.form(await jar.get(link), /recovery\//), { newPassword: chosen, repeatPassword: chosen }));
    },
  };

  async function enrolPasskey() {
    const passkey = createSoftwarePasskey(server.baseUrl);
    const jar = await signedIn(server.baseUrl, 'nora@acme.example', password);
    const done = await answerPasskey(jar, await jar.follow(`${server.issuer}/account/second-factors/new/passkey`), passkey);
    expect(done.text).to.contain('id="recovery-codes"');
    return passkey;
  }

  const order = ['form', 'passkey', 'session', 'authorize', 'refresh', 'userinfo', 'device', 'SAML, asked', 'SAML, launched', 'recovery'];
  const expected: Record<string, string[]> = {
    blocked: ['refused', 'refused', 'asked', 'asked', 'refused', 'refused', 'asked', 'asked', 'asked', 'in'],
    deactivated: ['refused', 'refused', 'asked', 'asked', 'refused', 'refused', 'asked', 'asked', 'asked', 'no mail'],
    'password expired': ['new-password', 'in', 'in', 'in', 'in', 'in', 'in', 'in', 'in', 'in'],
    'MFA missing': ['enrol', 'not offered', 'enrol', 'enrol', 'refused', 'in', 'enrol', 'enrol', 'enrol', 'enrol'],
    'network refused': ['kept out', 'kept out', 'kept out', 'kept out', 'in', 'in', 'kept out', 'kept out', 'kept out', 'kept out'],
    'terms not accepted': ['terms', 'terms', 'terms', 'terms', 'in', 'in', 'terms', 'terms', 'terms', 'terms'],
    unassigned: ['in', 'in', 'in', 'no access', 'refused', 'refused', 'no access', 'no access', 'no access', 'in'],
  };
  for (const [state, outcomes] of Object.entries(expected)) {
    it(`${state}: ${order.map((path, i) => `${path} → ${outcomes[i]}`).join('; ')}`, async () => {
      const tokens = await signInWithTokens(server, 'mara@acme.example', password, { scope: 'openid offline_access', prompt: 'consent' });
      const passkey = await enrolPasskey();
      await states[state]!();
      const found: Record<string, string> = {};
      for (const path of order) found[path] = await paths[path]!({ ...tokens, passkey });
      expect(found).to.deep.equal(Object.fromEntries(order.map((path, i) => [path, outcomes[i]])));
    });
  }
});
