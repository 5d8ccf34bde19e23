import { expect } from 'chai';
import { changeSettings, loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { mayRegister, type NewAccounts, newAccountsSettings } from '../../../../src/domain/company/new-accounts/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/company/new-accounts', () => {
  const store = useStore();
  const load = () => loadSettings(store.scope, newAccountsSettings);
  const change = async (input: object) => changeSettings(store.scope, newAccountsSettings, input, (await load()).version);
  const refused = async (input: object) => {
    const { version } = await load();
    return store.refused('invalid_input', () => changeSettings(store.scope, newAccountsSettings, input, version));
  };
  const never: NewAccounts = {
    activation: 'invitation',
    selfRegistration: false,
    domains: [],
    invitationDays: 7,
    recoveryMinutes: 60,
    confirmationHours: 24,
  };

  it('S33: until a company chooses, people are invited, and nobody makes an account of their own', async () => {
    expect(await load()).to.deep.equal({ value: never, version: 0 });
    expect(mayRegister(never, 'ana@acme.example')).to.equal(false);
    expect(mayRegister({ ...never, domains: ['acme.example'] }, 'ana@acme.example'), 'domains alone open nothing').to.equal(false);
  });

  it('S64: what a company chooses is kept, and the other company’s choice is its own', async () => {
    const chosen = {
      activation: 'temporary-password',
      selfRegistration: true,
      domains: ['acme.example'],
      invitationDays: '14',
      recoveryMinutes: '30',
      confirmationHours: '48',
    };
    const types = await store.eventsOf(() => change(chosen));
    expect(types).to.deep.equal(['settings.changed']);
    expect((await load()).value).to.deep.equal({ ...chosen, invitationDays: 14, recoveryMinutes: 30, confirmationHours: 48 });
    expect((await loadSettings(store.other, newAccountsSettings)).value).to.deep.equal(never);
  });

  const limits: [setting: keyof NewAccounts, least: number, most: number][] = [
    ['invitationDays', 1, 90],
    ['recoveryMinutes', 5, 1440],
    ['confirmationHours', 1, 168],
  ];
  for (const [setting, least, most] of limits)
    it(`${setting} is a whole number from ${least} to ${most}`, async () => {
      for (const number of [least, String(most)]) expect((await change({ [setting]: number }))[setting]).to.equal(Number(number));
      for (const number of [least - 1, most + 1, -1, '', String(most + 1)])
        expect(await refused({ [setting]: number })).to.deep.equal({ [setting]: 'fields.number_range' });
      for (const wrong of [least + 0.5, 'soon', 'Infinity', '7 days'])
        expect(await refused({ [setting]: wrong }), String(wrong)).to.have.keys(setting);
    });

  it('a domain is kept as mail writes it, whichever way it is typed', async () => {
    const label = 'a'.repeat(63);
    const longest = [label, label, label, `${'a'.repeat(57)}.com`].join('.');
    expect(longest).to.have.length(253);
    for (const [typed, kept] of [
      [' @Acme.Example ', 'acme.example'],
      ['mail.acme-2.example', 'mail.acme-2.example'],
      ['Bücher.example', 'xn--bcher-kva.example'],
      ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
      ['सीता.भारत', 'xn--h2b3btg.xn--h2brj9c'],
      [longest, longest],
    ])
      expect((await change({ domains: [typed] })).domains, typed).to.deep.equal([kept]);
  });

  it('what is no domain is refused, and which one is said', async () => {
    const label = 'a'.repeat(63);
    for (const wrong of [
      '',
      '@',
      'localhost',
      'acme',
      'ana@acme.example',
      '@@acme.example',
      'https://acme.example',
      '*.acme.example',
      '.acme.example',
      'acme..example',
      'acme.example.',
      '-acme.example',
      'acme-.example',
      'acme.e',
      'ac me.example',
      'acme.example, other.example',
      'acme_2.example',
      `${label}a.example`,
      [label, label, label, `${'a'.repeat(58)}.com`].join('.'),
    ])
      expect(await refused({ domains: ['acme.example', wrong] }), wrong).to.deep.equal({ 'domains.1': 'fields.domain' });
  });

  it('there are at most 200 domains', async () => {
    const domains = Array.from({ length: 200 }, (_, n) => `d${n}.example`);
    expect((await change({ domains })).domains).to.have.length(200);
    expect(await refused({ domains: [...domains, 'more.example'] })).to.have.keys('domains');
  });

  it('a word for yes, another way to begin, or a setting that there is not is refused', async () => {
    expect(await refused({ selfRegistration: 'yes' })).to.have.keys('selfRegistration');
    expect(await refused({ activation: 'by-mail' })).to.have.keys('activation');
    expect(await refused({ lifetime: 1 })).to.deep.equal({ lifetime: 'fields.unknown' });
  });

  it('S33: who may make an account is told by the domain of the address, and a part of it does not do', async () => {
    const value = await change({ selfRegistration: true, domains: ['acme.example', 'Bücher.example'] });
    for (const email of [
      'ana@acme.example',
      'ANA@ACME.EXAMPLE',
      'li@bücher.example',
      'li@BÜCHER.example',
      'li@xn--bcher-kva.example',
      '"a@other.example"@acme.example',
    ])
      expect(mayRegister(value, email), email).to.equal(true);
    for (const email of [
      'ana@other.example',
      'ana@mail.acme.example',
      'ana@notacme.example',
      'ana@acme.example.other.example',
      'ana@acme.example@other.example',
      'acme.example@other.example',
      'ana@example',
      'ana@',
      '',
    ])
      expect(mayRegister(value, email), email).to.equal(false);
  });

  it('S33: with no domain anybody may', async () => {
    const value = await change({ selfRegistration: true });
    for (const email of ['ana@acme.example', '李@例え.テスト']) expect(mayRegister(value, email), email).to.equal(true);
  });
});
