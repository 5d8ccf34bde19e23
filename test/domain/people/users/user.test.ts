import { expect } from 'chai';
import { emailKey, nameKey, usernameKey } from '../../../../src/domain/people/users/index.ts';
import { isEmail, isUsername } from '../../../../src/domain/people/users/user.ts';

describe('domain/users: names', () => {
  it('S58: usernames begin and end with a letter or digit of any script, hold no space and no @, at most 150', () => {
    for (const good of ['a', 'jsilva', 'joão.da-silva', '用户1', 'a!#$%b', 'x'.repeat(150), 'Δημήτρης'])
      expect(isUsername(good), good).to.equal(true);
    for (const bad of ['', '.a', 'a.', '-a', 'a b', 'a@b', 'a＠b', 'a\u200bb', 'a\u00adb', 'a\tb', 'x'.repeat(151), 'a\u202eb', '\u0000a'])
      expect(isUsername(bad), JSON.stringify(bad)).to.equal(false);
  });
  it('S59: e-mail addresses', () => {
    for (const good of ['ana@acme.example', 'a.b+c@sub.acme.com.br', "o'neil@x.ie"]) expect(isEmail(good), good).to.equal(true);
    for (const bad of [
      'ana',
      'ana@',
      '@acme.example',
      'a b@c.de',
      'a@b',
      'a@b..c',
      'a@@b.cd',
      'a@b.cd\n',
      'a\u200b@b.cd',
      `${'a'.repeat(65)}@b.cd`,
    ])
      expect(isEmail(bad), JSON.stringify(bad)).to.equal(false);
  });
  it('one account cannot be written in two ways', () => {
    expect(usernameKey('STRASSE')).to.equal(usernameKey('straße'));
    expect(usernameKey('ｊｓｉｌｖａ')).to.equal(usernameKey('JSilva'));
    expect(emailKey(' Ana@Acme.Example')).to.equal('ana@acme.example');
    expect(nameKey('João  DA Silva')).to.equal('joao da silva');
  });
});
