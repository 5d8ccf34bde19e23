import { deflateRawSync } from 'node:zlib';
import { derOf, redirectUrl, signerFor } from '../../../src/platform/saml/index.ts';
import { applicationPage, explainPage, type Fault, Jar, type World } from '../../support/faults.ts';
import { makeKeys } from '../../support/saml.ts';

let count = 0;
type Asked = { code?: string; at?: Date; destination?: string; acs?: string; inside?: string; version?: string };

const xmlOf = ({ code = 'wiki', at = new Date(), destination, acs, inside = '', version = '2.0' }: Asked) =>
  `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_f${++count}" Version="${version}" IssueInstant="${at.toISOString()}"${destination ? ` Destination="${destination}"` : ''}${acs ? ` AssertionConsumerServiceURL="${acs}"` : ''}><saml:Issuer>https://${code}.example</saml:Issuer>${inside}</samlp:AuthnRequest>`;

const ask = (asked: Asked) => (world: World) =>
  new Jar().get(`${world.server.issuer}/saml/sso?SAMLRequest=${encodeURIComponent(deflateRawSync(xmlOf(asked)).toString('base64'))}`);
const post = (message: string) => (world: World) => new Jar().get(`${world.server.issuer}/saml/sso`, { form: { SAMLRequest: message } });
/** As somebody who is signed in. */
const askAs = (login: string, asked: Asked) => async (world: World) => {
  const jar = await world.browserOf(login);
  return jar.follow(`${world.server.issuer}/saml/sso?SAMLRequest=${encodeURIComponent(deflateRawSync(xmlOf(asked)).toString('base64'))}`);
};
const launch =
  (code: string, query = '', login = 'plain@acme.example') =>
  async (world: World) => {
    const jar = await world.browserOf(login);
    return jar.follow(`${world.server.issuer}/saml/launch/${await world.applicationId(code)}${query}`);
  };
const minutes = (n: number) => new Date(Date.now() + n * 60_000);
const named = (format: string) => `<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:2.0:nameid-format:${format}"/>`;
const classes = (name: string) =>
  `<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:${name}</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>`;

/** Signed by a key that nobody has registered. */
async function signedByOther(world: World) {
  const { privateKey, certificate } = makeKeys();
  const url = await redirectUrl(
    `${world.server.issuer}/saml/sso`,
    'SAMLRequest',
    xmlOf({ code: 'strict' }),
    undefined,
    signerFor(privateKey, derOf(certificate), 'rsa-sha256'),
  );
  return new Jar().get(url);
}

/** What the gate of SAML refuses: by a page with a code, or to the application in the protocol's words. */
export const samlFaults: Fault[] = [
  { fault: 'an unknown service provider', cause: ask({ code: 'nobody' }), named: /no application has this entity ID/ },
  { fault: 'a service provider that is switched off', cause: ask({ code: 'offsaml' }), named: /application is disabled/ },
  {
    fault: 'an answer address that is not registered',
    cause: ask({ acs: 'https://elsewhere.example/acs' }),
    named: /ACS URL is not registered.*elsewhere\.example/,
  },
  { fault: 'a request that is too old', cause: ask({ at: minutes(-60) }), named: /too old or from the future/ },
  { fault: 'a clock that is ahead', cause: ask({ code: 'formats', at: minutes(60) }), named: /too old or from the future/ },
  { fault: 'a wrong destination', cause: ask({ destination: 'https://elsewhere.example/sso' }), named: /addressed to another destination/ },
  { fault: 'a request that is not signed', cause: ask({ code: 'strict' }), named: /message is not signed/ },
  { fault: 'a signature of another key', cause: signedByOther, named: /does not match any of the application’s certificates/ },
  { fault: 'another version', cause: (world) => post(Buffer.from('<x/>').toString('base64'))(world), named: /schema|SAML message/ },
  { fault: 'an encoding that the binding does not have', cause: post('%%%'), named: /not encoded as its binding requires/ },
  { fault: 'a document type', cause: post(Buffer.from(`<!DOCTYPE x>${xmlOf({})}`).toString('base64')), named: /document type/ },
  {
    fault: 'a reference in place of the message',
    cause: (world) => new Jar().get(`${world.server.issuer}/saml/sso?SAMLart=AAQ`),
    named: /reference \(SAMLart\)/,
  },
  {
    fault: 'a sign-out sent to the sign-in',
    cause: post(Buffer.from(xmlOf({}).replaceAll('AuthnRequest', 'LogoutRequest')).toString('base64')),
    named: /not accepted at this address|does not match the SAML|is not signed/,
  },
  {
    fault: 'a certificate of the service provider that has ended',
    cause: ask({ code: 'endedcert' }),
    start: explainPage('plain@acme.example', 'endedcert'),
    named: /a certificate of the application has expired/,
  },
  {
    fault: 'a format of the name that there is not',
    cause: askAs('plain@acme.example', { code: 'formats', inside: named('kerberos') }),
    start: applicationPage('formats'),
    named: /NameID format that is not supported/,
  },
  {
    fault: 'a way to sign in that is not offered',
    cause: ask({ code: 'strong', inside: classes('SmartcardPKI') }),
    start: applicationPage('strong'),
    named: /different or stronger sign-in method/,
  },
  {
    fault: 'a launch without the name that is told',
    cause: launch('byname', '', 'nomail'),
    named: /person has none \(InvalidNameIDPolicy\)/,
  },
  { fault: 'a launch that the application does not take', cause: launch('nolaunch'), named: /blocks IdP-initiated sign-in/ },
  {
    fault: 'a launch that leads elsewhere',
    cause: launch('wiki', '?RelayState=https://evil.example/'),
    named: /RelayState points to a site other/,
  },
];
