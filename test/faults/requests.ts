import { deflateRawSync } from 'node:zlib';
import { protocolVersion } from '../../src/smartsync-protocol/index.ts';
import { publicKeys } from '../support/fake-agent.ts';
import { type Answer, Jar, send } from '../support/jar.ts';
import { basic, pkce } from '../support/oidc.ts';
import { clientSecret, passwords } from '../support/server.ts';

/** Where an answer says that it cannot be given, and how: to people on a page, to programs in the words of their protocol, to machines that ask for health by a line. */
export type Format = 'page' | 'json' | 'soap' | 'line';

export type Request = {
  format: Format;
  /** Done while all is well. @returns asks, once */
  prepare(): Promise<() => Promise<Answer>>;
};

const callback = 'http://127.0.0.1:9/callback';
const partner = 'https://partner.example';
export const applications = [
  {
    code: 'partner',
    name: 'Partner',
    navigable: true,
    saml: { entityId: partner, assertionConsumerServices: [{ url: `${partner}/acs` }] },
  },
];

/** What people and programs ask of a server, of each kind of address something. */
export function requestsTo(url: string, { joao, ana }: Record<'joao' | 'ana', Jar>): Record<string, Request> {
  const at = (path: string) => `${url}/acme${path}`;
  const ask = (format: Format, sent: () => Promise<Answer>): Request => ({ format, prepare: async () => sent });
  const page = (path: string, jar: () => Jar = () => joao) => ask('page', () => jar().get(at(path)));
  const form = (of: string, action: RegExp, given: Record<string, string>, jar: () => Jar = () => joao): Request => ({
    format: 'page',
    async prepare() {
      const browser = jar();
      const found = browser.form(await browser.follow(at(of)), action);
      return () => browser.get(found.action, { form: { ...found.fields, ...given }, from: found.page });
    },
  });
  const program = (path: string, given: Record<string, string>, headers: Record<string, string> = basic('payroll', clientSecret)) =>
    ask('json', () => send(at(path), { form: given, headers }));
  const { verifier, challenge } = pkce();
  const asked = new URLSearchParams({
    client_id: 'payroll',
    response_type: 'code',
    scope: 'openid offline_access',
    redirect_uri: callback,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const code = async (): Promise<Record<string, string>> => {
    const answer = await joao.follow(at(`/oidc/authorize?${asked}`), {}, (to) => to.startsWith(callback));
    const given = new URL(answer.location!).searchParams.get('code')!;
    return { grant_type: 'authorization_code', code: given, redirect_uri: callback, code_verifier: verifier };
  };
  const tokens = async (): Promise<{ access_token: string }> =>
    JSON.parse((await send(at('/oidc/token'), { form: await code(), headers: basic('payroll', clientSecret) })).text);
  const withToken = (sent: (token: string) => Promise<Answer>): Request => ({
    format: 'json',
    async prepare() {
      const { access_token } = await tokens();
      return () => sent(access_token);
    },
  });
  const samlRequest = () => {
    const destination = at('/saml/sso');
    const xml = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_${crypto.randomUUID()}" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${destination}"><saml:Issuer>${partner}</saml:Issuer></samlp:AuthnRequest>`;
    return `${destination}?SAMLRequest=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}`;
  };
  const soap =
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><p:ArtifactResolve xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"/></s:Body></s:Envelope>';
  const device = { client_id: 'mobile', scope: 'openid' };
  const enrolment = { token: 'unknown', name: 'agent', software: 'agent/1', protocol: protocolVersion, ...publicKeys };
  return {
    'the Launchpad': page('/launchpad'),
    'My profile': page('/account'),
    'the console': page('/admin/users', () => ana),
    'the sign-in page': ask('page', () => new Jar().follow(at('/launchpad'))),
    'the page of recovery': page('/recovery', () => new Jar()),
    'an unknown link': page('/recovery/0000000000000000000000000000000000000000000', () => new Jar()),
    'an unknown page': page('/nowhere'),
    'a logo': page('/branding/logo', () => new Jar()),
    'a sign-in': form('/launchpad', /sign-in\//, { login: 'jsilva', password: passwords.joao }, () => new Jar()),
    'a wish for a new password': form('/recovery', /recovery/, { login: 'nobody@acme.example' }, () => new Jar()),
    'another language': form('/account', /account\/language/, { locale: 'en' }),
    'a change in the console': form('/admin/groups/new', /groups/, { name: '' }, () => ana),
    'an authorization': ask('page', () => joao.get(at(`/oidc/authorize?${asked}`))),
    'an authorization, posted': ask('page', () => joao.get(at('/oidc/authorize'), { form: asked })),
    'an authorization in a new browser': ask('page', () => new Jar().get(at(`/oidc/authorize?${asked}`))),
    'the page for devices': page('/oidc/device'),
    'a sign-out': page('/oidc/sign-out'),
    'a code for tokens': {
      format: 'json',
      async prepare() {
        const given = await code();
        return () => send(at('/oidc/token'), { form: given, headers: basic('payroll', clientSecret) });
      },
    },
    'a token': program('/oidc/token', { grant_type: 'client_credentials' }),
    'an unknown refresh token': program('/oidc/token', { grant_type: 'refresh_token', refresh_token: 'unknown' }),
    'a device that waits': {
      format: 'json',
      async prepare() {
        const { device_code } = JSON.parse((await send(at('/oidc/device/authorize'), { form: device })).text);
        const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: 'mobile', device_code };
        return () => send(at('/oidc/token'), { form: grant });
      },
    },
    'a new device': program('/oidc/device/authorize', device, {}),
    'a pushed request': program('/oidc/par', Object.fromEntries(asked)),
    userinfo: withToken((token) => send(at('/oidc/userinfo'), { headers: { authorization: `Bearer ${token}` } })),
    introspection: withToken((token) => send(at('/oidc/introspect'), { form: { token }, headers: basic('payroll', clientSecret) })),
    revocation: program('/oidc/revoke', { token: 'unknown' }),
    discovery: ask('json', () => send(at('/.well-known/openid-configuration'))),
    'keys of tokens': ask('json', () => send(at('/oidc/jwks'))),
    'SAML metadata': ask('page', () => send(at('/saml/metadata'))),
    'a SAML request': ask('page', () => joao.get(samlRequest())),
    'a SAML request in a new browser': ask('page', () => new Jar().get(samlRequest())),
    'a SAML sign-out': page('/saml/slo'),
    'an artifact': ask('soap', () => send(at('/saml/artifact'), { body: soap, headers: { 'content-type': 'text/xml' } })),
    'a new agent': ask('json', () =>
      send(at('/smartsync/enrol'), { body: JSON.stringify(enrolment), headers: { 'content-type': 'application/json' } }),
    ),
    'the page to change a password': ask('page', () => joao.get(`${url}/.well-known/change-password`)),
    health: ask('line', () => send(`${url}/healthz`)),
  };
}
