import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { eventsOf } from '../../support/audit.ts';
import { movableClock } from '../../support/clock.ts';
import { type Jar, send } from '../../support/jar.ts';
import { basic, json, token } from '../../support/oidc.ts';
import { eventually } from '../../support/process.ts';
import { clientSecret, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const machine = { grant_type: 'client_credentials' };

describe('web/oidc: how an application proves itself', () => {
  let server: TestServer;
  let ana: Jar;
  const { clock, wait } = movableClock();
  before(async () => {
    server = await startTestServer({ clock });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const byBasic = async (secret: string, client = 'payroll') => (await token(server.issuer, machine, basic(client, secret))).status;

  describe('two secrets at once', () => {
    const page = async () => {
      const { applicationId } = (await findApplicationByCode(await server.scope(), 'payroll'))!;
      return `${server.issuer}/admin/applications/${applicationId}`;
    };
    const act = async (action: string, fields: Record<string, string> = {}) => {
      const form = ana.form(await ana.get(`${await page()}/${action}`), new RegExp(`/${action}$`));
      return ana.submit(form, fields);
    };
    const secretIn = (text: string) => /new-secret">([\w-]{43})</.exec(text)![1]!;
    const works = (secret: string, status = 200) => eventually(async () => expect(await byBasic(secret), secret).to.equal(status));

    it('the former one goes on beside the new one for as long as the administrator chose, and both show when they were used', async () => {
      expect(await byBasic(clientSecret)).to.equal(200);
      const answer = await act('secret', { former_days: '7' });
      const second = secretIn(answer.text);
      expect(answer.text).to.contain('Previous client secret').and.to.contain('Expires');
      await works(second);
      await works(clientSecret);
      await eventually(async () => expect((await ana.get(`${await page()}/connection`)).text.match(/last used/gi)).to.have.length(2));
      wait(7 * 24 * 60);
      ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
      await works(clientSecret, 401);
      await works(second);
      expect((await ana.get(`${await page()}/connection`)).text).to.contain('Expired');
    });

    it('either can be ended, the other goes on; what is not there cannot', async () => {
      const first = secretIn((await act('secret', { former_days: '0' })).text);
      await works(first);
      expect((await ana.get(`${await page()}/connection`)).text).not.to.contain('Revoke now');
      const second = secretIn((await act('secret', { former_days: '30' })).text);
      await works(second);
      expect((await act('end-former-secret')).text).to.contain('Client secret revoked');
      await works(first, 401);
      const third = secretIn((await act('secret', { former_days: '30' })).text);
      await works(third);
      await act('end-secret');
      await works(third, 401);
      expect(await byBasic(second)).to.equal(200);
      expect((await act('end-secret')).status).to.equal(409);
      const ended = await eventsOf(await server.scope(), { type: 'application.secret-ended' });
      expect(ended).to.have.length(2);
      const all = JSON.stringify(await eventsOf(await server.scope()));
      const { secret_fingerprint } = (await findApplicationByCode(await server.scope(), 'payroll'))!.oidc!;
      for (const secret of [first, second, third, secret_fingerprint!]) expect(all).not.to.contain(secret);
    });

    it('by a file: the one that is replaced goes on until the time it names, and a second run changes nothing', async () => {
      const apply = (oidc: Record<string, unknown>) =>
        server.apply({
          contexts: [
            {
              code: 'acme',
              applications: [
                {
                  code: 'mailer',
                  name: 'Mailer',
                  navigable: true,
                  oidc: { client_id: 'mailer', grant_types: ['client_credentials'], ...oidc },
                },
              ],
            },
          ],
        });
      const [one, two] = ['mailer-secret-number-one', 'mailer-secret-number-two'];
      const until = Math.floor(clock.now().getTime() / 1000) + 3600;
      await apply({ client_secret: one });
      await apply({ client_secret: two, former_client_secret_expires_at: until });
      for (const secret of [one, two]) await eventually(async () => expect(await byBasic(secret, 'mailer'), secret).to.equal(200));
      expect((await apply({ client_secret: two, former_client_secret_expires_at: until + 9999 })).changes, 'never later').to.deep.equal([]);
      expect((await apply({ client_secret: two })).changes).to.deep.equal([]);
      await apply({ client_secret: two, former_client_secret_expires_at: 0 });
      await eventually(async () => expect(await byBasic(one, 'mailer')).to.equal(401));
      await apply({ client_secret: one });
      await eventually(async () => expect(await byBasic(two, 'mailer'), 'at once, unless told').to.equal(401));
    });
  });

  describe('the way that it registered', () => {
    const secret = 'a-secret-of-twenty-four-characters';
    const ways: Record<
      string,
      (client: string) => Promise<{ status: number; headers: Record<string, unknown>; body: { error?: string } }>
    > = {
      client_secret_basic: (client) => token(server.issuer, machine, basic(client, secret)),
      client_secret_post: (client) => token(server.issuer, { ...machine, client_id: client, client_secret: secret }),
      none: (client) => token(server.issuer, { ...machine, client_id: client }),
    };
    const taken: Record<string, string[]> = {
      any: ['client_secret_basic', 'client_secret_post'],
      client_secret_basic: ['client_secret_basic'],
      client_secret_post: ['client_secret_post'],
    };
    before(async () => {
      const oidc = { client_secret: secret, grant_types: ['client_credentials'] };
      const applications = [...Object.keys(taken), 'unsaid'].map((method) => ({
        code: method.replaceAll('_', '-'),
        name: method,
        oidc: { ...oidc, client_id: method, ...(method === 'unsaid' ? {} : { token_endpoint_auth_method: method }) },
      }));
      await server.apply({ contexts: [{ code: 'acme', applications }] });
    });

    for (const [method, good] of Object.entries({ ...taken, unsaid: taken.any! }))
      it(`${method}: ${good.join(' and ')}, and nothing else`, async () => {
        for (const [way, prove] of Object.entries(ways)) {
          const { status, body, headers } = await prove(method);
          expect([status, body.error], way).to.deep.equal(good.includes(way) ? [200, undefined] : [401, 'invalid_client']);
          const challenge = status === 401 && way === 'client_secret_basic';
          if (challenge) expect(headers['www-authenticate'], way).to.match(/^Basic realm=/);
          else expect(headers, way).not.to.have.property('www-authenticate');
        }
      });

    it('none at all, or a way that we do not speak, is invalid_client at every endpoint that asks (RFC 6749 §5.2)', async () => {
      for (const path of ['token', 'introspect', 'revoke', 'par', 'device/authorize'])
        for (const [headers, challenged] of [
          [{}, false],
          [{ authorization: 'Bearer something' }, true],
          [{ authorization: 'Basic' }, true],
          [{ authorization: `Basic ${Buffer.from('payroll:').toString('base64')}` }, true],
        ] as const) {
          const answer = await send(`${server.issuer}/oidc/${path}`, { form: { ...machine, token: 'x' }, headers });
          const where = `${path} ${JSON.stringify(headers)}`;
          expect([answer.status, json(answer).error], where).to.deep.equal([401, 'invalid_client']);
          expect(answer.headers['www-authenticate'] !== undefined, where).to.equal(challenged);
          expect(answer.headers.pragma, where).to.equal('no-cache');
        }
    });
  });

  describe('its own key', () => {
    const pair = (kid?: string) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      return { jwk: { ...publicKey.export({ format: 'jwk' }), ...(kid ? { kid } : {}) }, privateKey };
    };
    const prove = async ({ privateKey }: ReturnType<typeof pair>, kid?: string) => {
      const assertion = await new SignJWT({ jti: randomUUID() })
        .setProtectedHeader({ alg: 'ES256', ...(kid ? { kid } : {}) })
        .setIssuer('keyed')
        .setSubject('keyed')
        .setAudience(server.issuer)
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(privateKey);
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      return (await token(server.issuer, { ...machine, client_assertion: assertion, client_assertion_type: type })).status;
    };

    it('with or without a name (kid): keys without one are tried, and no key passes for another (RFC 7517 §4.5)', async () => {
      const [nameless, second, named, stranger] = [pair(), pair(), pair('named'), pair()];
      const keys = [nameless, second, named].map(({ jwk }) => jwk);
      const oidc = {
        client_id: 'keyed',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys },
        grant_types: ['client_credentials'],
      };
      await server.apply({ contexts: [{ code: 'acme', applications: [{ code: 'keyed', name: 'Keyed', oidc }] }] });
      for (const key of [nameless, second]) for (const kid of [undefined, 'made-up']) expect(await prove(key, kid), kid).to.equal(200);
      for (const kid of [undefined, 'named']) expect(await prove(named, kid), kid).to.equal(200);
      expect(await prove(nameless, 'named'), 'under the name of another').to.equal(401);
      expect(await prove(named, 'made-up'), 'a named key under no name of its own').to.equal(401);
      for (const kid of [undefined, 'made-up', 'named']) expect(await prove(stranger, kid), kid).to.equal(401);
    });
  });
});
