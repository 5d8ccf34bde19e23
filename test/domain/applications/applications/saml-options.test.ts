import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  adviseOn,
  createApplication,
  fillTemplate,
  isAllowedRelayState,
  isOpenUntil,
  samlOptionNames,
  samlOptions,
} from '../../../../src/domain/applications/applications/index.ts';
import { locales } from '../../../../src/platform/i18n/index.ts';
import { useStore } from '../../../support/use-cases.ts';

const texts = (locale: string) =>
  JSON.parse(readFileSync(new URL(`../../../../views/admin-console/applications/texts.${locale}.json`, import.meta.url), 'utf8'))
    .saml_options;

describe('domain/applications/applications: options of a service provider', () => {
  const store = useStore();
  let count = 0;
  const application = (saml: object) => ({
    code: `sp-${++count}`,
    name: `SP ${count}`,
    saml: { entityId: `https://sp${count}.example`, assertionConsumerServices: [{ url: 'https://sp.example/acs' }], ...saml },
  });

  it('each has a label and advice in three languages, and says what is weaker where it weakens', () => {
    for (const locale of locales)
      for (const name of samlOptionNames) {
        const said = texts(locale)[name];
        expect(said?.label, `${name} ${locale}`).to.match(/\S/);
        expect(said.advice, `${name} ${locale}`).to.match(/\S/);
        expect(said.weakens !== undefined, `${name} ${locale}`).to.equal('weakens' in samlOptions[name]);
      }
  });

  it('none is stored unless somebody says so', async () => {
    const { saml } = await createApplication(store.scope, application({}));
    for (const name of samlOptionNames) expect(saml, name).not.to.have.property(name);
    expect(adviseOn(saml!, new Date())).to.deep.equal([]);
  });

  const refused: [what: string, saml: object, field: string][] = [
    ['a day that is none', { acceptSha1Until: '2026-13-01' }, 'acceptSha1Until'],
    ['SHA-1 for ever', { acceptSha1Until: '2099-01-01' }, 'acceptSha1Until'],
    ['inclusive canonicalization for ever', { acceptInclusiveC14nUntil: '2099-01-01' }, 'acceptInclusiveC14nUntil'],
    ['an assertion for a week', { assertionMinutes: 10_080 }, 'assertionMinutes'],
    ['an assertion for no time', { assertionMinutes: 0 }, 'assertionMinutes'],
    ['half a minute', { assertionMinutes: 0.5 }, 'assertionMinutes'],
    ['a session before now', { sessionMinutes: -1 }, 'sessionMinutes'],
    ['an audience with a space', { audiences: ['a b'] }, 'audiences'],
    ['a RelayState of a script', { relayStates: ['javascript:*'] }, 'relayStates'],
    ['a RelayState of any site', { relayStates: ['https://*'] }, 'relayStates'],
    ['a RelayState of anything', { relayStates: ['*'] }, 'relayStates'],
    ['a RelayState whose host goes on', { relayStates: ['https://app.example*'] }, 'relayStates'],
    ['a RelayState of any address over http', { relayStates: ['http://app.example/*'] }, 'relayStates'],
    ['a logout by SOAP to what is no web address', { soapLogoutUrl: 'ftp://sp.example/soap' }, 'soapLogoutUrl'],
    ['a logout by SOAP over the open network', { soapLogoutUrl: 'http://sp.example/soap' }, 'soapLogoutUrl'],
    ['a logout by SOAP whose answers nobody can check', { soapLogoutUrl: 'https://sp.example/soap' }, 'signingCertificates'],
    ['answers by artifact for who cannot prove who asks', { artifactBinding: true }, 'signingCertificates'],
    [
      'an address by artifact without the option',
      { assertionConsumerServices: [{ url: 'https://sp.example/artifact', binding: 'artifact' }] },
      'assertionConsumerServices',
    ],
    ['a name of no field', { nameIdTemplate: '{password}' }, 'nameIdTemplate'],
    ['a name without any field', { nameIdTemplate: 'ana' }, 'nameIdTemplate'],
    ['a brace too many', { nameIdTemplate: '{username}}' }, 'nameIdTemplate'],
    ['a field that the company does not have', { nameIdTemplate: '{custom.nothing}' }, 'nameIdTemplate'],
    ['a name twice', { nameIdField: 'username', nameIdTemplate: '{username}' }, 'nameIdTemplate'],
    ['a Windows name without a value', { nameIdFormat: 'windowsDomainQualifiedName' }, 'nameIdField'],
    ['an X.509 name without a value', { nameIdFormat: 'x509SubjectName' }, 'nameIdField'],
    ['an attribute of two sources', { attributes: [{ name: 'x', from: 'email', template: '{email}' }] }, 'attributes'],
    ['an attribute of a field that there is not', { attributes: [{ name: 'x', template: '{custom.nothing}' }] }, 'attributes'],
    ['a prefix of what is no group', { attributes: [{ name: 'x', template: '{email:a}' }] }, 'attributes'],
  ];
  for (const [what, saml, field] of refused)
    it(`${what} is refused, and the field is named`, async () => {
      expect(await store.refused('invalid_input', () => createApplication(store.scope, application(saml)))).to.have.property(field);
    });

  it('a composed text: single fields leave a gap, groups give one value each, nothing gives none', () => {
    const person: Record<string, string[]> = {
      firstName: ['Ana'],
      lastName: ['Souza'],
      groupNames: ['Everyone', 'AWS-Admin', 'AWS-Read', 'AWS-'],
      'custom.sites': ['Rio', 'Lima'],
    };
    const fill = (text: string, only = person) => fillTemplate(text, (field) => only[field] ?? []);
    expect(fill('{firstName} {lastName}')).to.deep.equal(['Ana Souza']);
    expect(fill('{firstName} {lastName}', { firstName: ['Sukarno'] })).to.deep.equal(['Sukarno']);
    expect(fill('{firstName} {lastName}', {})).to.deep.equal([]);
    expect(fill('x-{department}-{firstName}')).to.deep.equal(['x--Ana']);
    expect(fill('{group}')).to.deep.equal(person.groupNames);
    expect(fill('arn:aws:iam::1:role/{group:AWS-},arn:aws:iam::1:saml-provider/P')).to.deep.equal([
      'arn:aws:iam::1:role/Admin,arn:aws:iam::1:saml-provider/P',
      'arn:aws:iam::1:role/Read,arn:aws:iam::1:saml-provider/P',
    ]);
    expect(fill('{firstName}@{group:None-}')).to.deep.equal([]);
    expect(fill('{custom.sites}/{group:AWS-}')).to.have.length(4);
    expect(fill('{group}{group}{group}{group}{group}{group}{group}').length, 'bounded').to.be.at.most(500);
    expect(fill('{firstName}', { firstName: ['{lastName}'] }), 'a value is no template').to.deep.equal(['{lastName}']);
  });

  it('RelayStates: word by word, or by a beginning that cannot lead elsewhere', () => {
    const allowed = ['https://console.example/a/*', 'ss:mem:*', 'https://one.example/x?y', 'token'];
    for (const yes of [
      'https://console.example/a/',
      'https://console.example/a/b?c=d#e',
      'ss:mem:abc123',
      'https://one.example/x?y',
      'token',
    ])
      expect(isAllowedRelayState(allowed, yes), yes).to.equal(true);
    for (const no of [
      'https://console.example/b',
      'https://console.example/a/../b',
      'https://console.example/a/%2e%2e/b',
      'https://console.example.evil.example/a/',
      'https://console.example@evil.example/a/',
      'https://console.example/a/\\evil',
      'https://console.example/a/ x',
      'https://one.example/x?yz',
      'ss:',
      'tokens',
      'javascript:alert(1)',
      '',
    ])
      expect(isAllowedRelayState(allowed, no), no).to.equal(false);
    expect(isAllowedRelayState(undefined, 'x')).to.equal(false);
  });

  it('an exception ends after its last day, and the advice says so', () => {
    const at = (time: string) => new Date(time);
    expect(isOpenUntil('2026-12-31', at('2026-12-31T23:59:59Z'))).to.equal(true);
    expect(isOpenUntil('2026-12-31', at('2027-01-01T00:00:00Z'))).to.equal(false);
    expect(isOpenUntil(undefined, at('2026-12-31T23:59:59Z'))).to.equal(false);
    const weak = {
      signingCertificates: [],
      acceptSha1Until: '2026-12-31',
      sessionMinutes: 0,
      assertionMinutes: 10,
      audiences: ['urn:a', 'urn:b'],
    };
    expect(adviseOn(weak, at('2026-12-01T00:00:00Z'))).to.deep.equal([
      { option: 'acceptSha1Until', state: 'weakens', value: '2026-12-31' },
      { option: 'audiences', state: 'weakens', value: 'urn:a, urn:b' },
      { option: 'sessionMinutes', state: 'weakens', value: '0' },
    ]);
    expect(adviseOn(weak, at('2027-01-01T00:00:00Z'))[0]).to.include({ option: 'acceptSha1Until', state: 'ended' });
    expect(adviseOn({ signingCertificates: [], nameIdTemplate: 'CN={fullName}' }, new Date()), 'two of one name').to.have.length(1);
    expect(adviseOn({ signingCertificates: [], nameIdTemplate: 'ACME\\{username}' }, new Date())).to.deep.equal([]);
    expect(adviseOn({ signingCertificates: ['x'], ignoreSignatures: true }, new Date()), 'without effect').to.deep.equal([]);
    expect(adviseOn({ signingCertificates: [], ignoreSignatures: true }, new Date())).to.have.length(1);
  });
});
