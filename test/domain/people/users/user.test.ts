import { expect } from 'chai';
import { emailKey, loginKey, nameKey, searchKey, splitName, tidyPerson, usernameKey } from '../../../../src/domain/people/users/index.ts';
import { checkPersonalData, isEmail, isPlainEmail, usernameFault } from '../../../../src/domain/people/users/user.ts';

describe('domain/users: names', () => {
  it('S58: usernames begin and end with a letter or digit of any script, hold no space and no @, at most 150', () => {
    for (const good of ['a', 'jsilva', 'joão.da-silva', '用户1', 'a!#$%b', 'x'.repeat(150), 'Δημήτρης'])
      expect(usernameFault(good), good).to.equal(undefined);
    const broken: Record<string, string[]> = {
      username_ends: ['', '.a', 'a.', '-a', '_'],
      username_space: ['a b', 'a\tb', ' a', 'a\u00a0b'],
      username_at: ['a@b', 'a＠b', '@ b'],
      username_long: ['x'.repeat(151), `.${'x'.repeat(150)}`],
      hidden_characters: ['a\u200bb', 'a\u00adb', 'a\u202eb', '\u0000a'],
    };
    for (const [rule, names] of Object.entries(broken))
      for (const bad of names) expect(usernameFault(bad), JSON.stringify(bad)).to.equal(`fields.${rule}`);
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
  it('usernames and e-mails of every script, with the marks that belong to its letters', () => {
    for (const name of [
      'सीता',
      'राम',
      'বাংলা',
      'ਸਿੰਘ',
      'தமிழ்',
      'తెలుగు',
      'ಕನ್ನಡ',
      'മലയാളം',
      'සිංහල',
      'ที่นี่',
      'ທີ່ນີ້',
      'ភាសាខ្មែរ',
      'မြန်မာ',
      'བོད་ཡིག',
      'አማርኛ',
      'מֹשֶׁה',
      'مُحَمَّد',
      'Δημήτρης',
      'Дмитрий',
      'Հայկ',
      'ქართული',
      '한국어',
      'さくら',
      'カタカナ',
      '用户',
      'Jose\u0301',
      'Nguye\u0302\u0303n',
      'ᏣᎳᎩ',
      'ߒߞߏ',
    ])
      for (const form of [name.normalize('NFC'), name.normalize('NFD')]) {
        expect(usernameFault(form), form).to.equal(undefined);
        expect(isEmail(`${form}@acme.example`), form).to.equal(true);
        expect(usernameKey(form)).to.equal(usernameKey(name));
        // a Tibetan word holds the sign between syllables, which no domain does
        if (name !== 'བོད་ཡིག') expect(isEmail(`user@${form}.${form.toLowerCase()}`), form).to.equal(true);
      }
    for (const address of ['user@उदाहरण.भारत', 'user@เว็บ.ไทย', 'आम@उदाहरण.भारत', 'user@mu\u0308nchen.de', 'user@xn--mnchen-3ya.de'])
      expect(isEmail(address), address).to.equal(true);
    // a mark without its letter; one twice, which nobody sees; a heap of them
    for (const bad of ['\u0301a', 'a-\u0301', '्राम', 'e\u0301\u0301', `a${'\u0300\u0301\u0302\u0303\u0304'}`])
      expect(usernameFault(bad), bad).to.match(/^fields/);
    expect(isEmail('user@\u0301abc.de')).to.equal(false);
  });

  it('one mailbox is one key, whether its domain is in Unicode or in xn--', () => {
    for (const [unicode, ascii] of [
      ['münchen.de', 'xn--mnchen-3ya.de'],
      ['mu\u0308nchen.de', 'xn--mnchen-3ya.de'],
      ['MÜNCHEN.DE', 'XN--MNCHEN-3YA.de'],
      ['उदाहरण.भारत', 'xn--p1b6ci4b4b3a.xn--h2brj9c'],
      ['例子.中国', 'xn--fsqu00a.xn--fiqs8s'],
      ['例子。中国', 'xn--fsqu00a.xn--fiqs8s'],
      ['пример.рф', 'xn--e1afmkfd.xn--p1ai'],
      ['straße.de', 'xn--strae-oqa.de'],
      ['sub.bücher.example', 'sub.xn--bcher-kva.example'],
    ])
      expect(emailKey(`User@${unicode}`), unicode).to.equal(emailKey(`user@${ascii}`));
    // other mailboxes: letters that look alike, what folding alone would make one, what is no name of a domain
    const others = [
      'user@strasse.de',
      'user@straße.de',
      'user@acme.de',
      'user@аcme.de',
      'user@gmaıl.com',
      'user@gmail.com',
      'user@gmai\u0307l.com',
    ];
    expect(new Set(others.map(emailKey)).size).to.equal(others.length);
    expect(emailKey('user@xn--99999999.de')).to.equal('user@xn--99999999.de');
    expect(emailKey('user@ex%61mple.com')).to.equal('user@ex%61mple.com');
  });

  it('what is copied and not seen, wide letters and Turkish capitals lead to the same key', () => {
    for (const typed of [
      '\u200Bjsilva',
      '\u200Ejsilva',
      'jsilva\u202C',
      '\uFEFFjsilva',
      'js\u00ADilva',
      'js\u2060ilva\uFE0F',
      '\u2066jsilva\u2069',
      'ｊｓｉｌｖａ',
      'JSİLVA',
      'jsılva',
      'JSI\u0307LVA',
      '\tjsilva\n',
      '\u00A0jsilva\u3000',
      'jsilva\0',
    ])
      expect(loginKey(typed), JSON.stringify(typed)).to.deep.equal({ column: 'username_key', key: 'jsilva' });
    for (const typed of [
      'ana＠bugs.example',
      'ana﹫bugs.example',
      'ａｎａ@bugs.example',
      '\u200Bana@bugs.example\u202C',
      'ana@BUGS.EXAMPLE\u200B',
      'ANA@BUGS.example',
    ])
      expect(loginKey(typed), typed).to.deep.equal({ column: 'email_key', key: 'ana@bugs.example' });
    expect(loginKey('ANA@MAİL.example').key).to.equal('ana@mail.example');
    // what looks alike and is another letter stays another
    const alike = ['jsilva', 'јsilva', 'jsіlva', 'jsilvа', 'jsi1va', 'jsíva', 'ϳsilva', 'jsilva-', 'js ilva', 'j-silva'];
    expect(new Set(alike.map(usernameKey)).size).to.equal(alike.length);
    // nobody makes a second account of somebody's address by them
    for (const address of ['vıctim@acme.example', 'VİCTİM@acme.example', 'ana@gmaİl.com', 'ana@gmaıl.com', 'ana＠acme.example'])
      expect(isPlainEmail(address), address).to.equal(false);
    expect(usernameKey(`i${'\u0307'.repeat(200_000)}`)).to.be.a('string');
  });

  it('a key of a key is the key', () => {
    const bits = [
      'ß',
      'İ',
      'ı',
      'Σ',
      'ς',
      'ﬁ',
      '①',
      '\u0307',
      'i',
      'j',
      'J̌',
      '\u200B',
      'Ａ',
      '＠',
      'a',
      '.',
      'xn--',
      'ü',
      'Ω',
      '\u0345',
      'ǰ',
      '़',
      'ក',
      '가',
      'ᄀ',
    ];
    for (const a of bits)
      for (const b of bits)
        for (const c of bits) {
          const key = usernameKey(a + b + c);
          expect(usernameKey(key), JSON.stringify(a + b + c)).to.equal(key);
          expect(key.startsWith(' ')).to.equal(false);
        }
  });

  it('searching: accents, capitals, apostrophes, quotes, hyphens and strokes do not matter', () => {
    for (const [kept, typed] of [
      ['O’Neill', "O'Neill"],
      ["O'Neill", 'O’Neill'],
      ['O´Neill', 'O`Neill'],
      ['Hawaiʻi', "hawai'i"],
      ['Anne‑Marie', 'anne-marie'],
      ['Anne–Marie', 'Anne-Marie'],
      ['José', 'jose'],
      ['jose', 'JOSÉ'],
      ['Łukasz Đặng', 'lukasz dang'],
      ['Søren Ærø', 'soren aero'],
      ['على\u200Cرضا', 'علىرضا'],
      ['Иван Йорк', 'иван иорк'],
      ['Ｗｉｄｅ', 'wide'],
    ] as const)
      expect(searchKey(kept), kept).to.equal(searchKey(typed));
  });

  it('usernames are written with the joiners of their script, and are one with and without them', () => {
    for (const name of ['ශ්\u200Dරී', 'علی\u200Cرضا', 'क्\u200Dषमा', 'നന്\u200Dമ', 'می\u200Cخواهم']) {
      expect(usernameFault(name), name).to.equal(undefined);
      expect(usernameKey(name)).to.equal(usernameKey(name.replace(/[\u200C\u200D]/g, '')));
    }
    for (const name of ['an\u200Da', 'an\u200Ca', 'ศรี\u200Dษา', '\u200Dරී', 'ශ්\u200D', 'ශ්\u200D\u200Dරී', 'ශ්\u2060රී', 'и\u200Dван'])
      expect(usernameFault(name), JSON.stringify(name)).to.match(/^fields/);
  });

  it('what is pasted is kept without what is not seen, and a tab in a name is a space', () => {
    const pasted = {
      firstName: '\u200BAna\tMaria\u202C ',
      lastName: 'de\n Souza\uFEFF',
      department: ' R&D\u00A0\u00A0Lab ',
      email: ' mailto:ana＠acme.example\u200B',
    };
    expect(tidyPerson(pasted)).to.deep.equal({
      firstName: 'Ana Maria',
      lastName: 'de Souza',
      department: 'R&D Lab',
      email: 'ana@acme.example',
    });
    expect(tidyPerson({ username: '\u200EJose\u0301\u200E' })).to.deep.equal({ username: 'José' });
    // the glyph of an ideograph, and what stands inside a word, belong to the name
    for (const firstName of ['辻\u{E0100}', 'علی\u200Cرضا', 'ශ්\u200Dරී']) expect(tidyPerson({ firstName })).to.deep.equal({ firstName });
  });

  it('people with one name have it in either place, and nobody has none', () => {
    const faults = (firstName: string, lastName: string) =>
      checkPersonalData({ firstName, lastName, role: 'regular', email: 'a@acme.example' });
    expect(faults('Sukarno', '')).to.deep.equal({});
    expect(faults('', 'Suharto')).to.deep.equal({});
    expect(faults('', '')).to.deep.equal({ firstName: 'fields.one_name' });
    expect(faults('a\u202Eb', 'x'.repeat(101))).to.deep.equal({ firstName: 'fields.hidden_characters', lastName: 'fields.name' });
    expect(splitName(' Sukarno ')).to.deep.equal({ firstName: 'Sukarno', lastName: '' });
    expect(splitName('Ana\tMaria de Souza')).to.deep.equal({ firstName: 'Ana', lastName: 'Maria de Souza' });
  });

  it('one account cannot be written in two ways', () => {
    expect(usernameKey('STRASSE')).to.equal(usernameKey('straße'));
    expect(usernameKey('STRAẞE')).to.equal(usernameKey('straße'));
    expect(emailKey('ana@acme。example')).to.equal(emailKey('ana@acme.example'));
    expect(usernameKey('ｊｓｉｌｖａ')).to.equal(usernameKey('JSilva'));
    expect(emailKey(' Ana@Acme.Example')).to.equal('ana@acme.example');
    expect(nameKey('João  DA Silva')).to.equal('joao da silva');
  });
});
