import { expect } from 'chai';
import { createUser, editUser, findUserByLogin, type NewUser } from '../../../../src/domain/people/users/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/people/users: a new person', () => {
  const store = useStore();
  const eva: NewUser = { email: 'eva@acme.example', firstName: 'Eva', lastName: 'Lima', role: 'regular', status: 'activated' };

  it('is found by what they sign in with, and the audit says who came', async () => {
    const types = await store.eventsOf(() => createUser(store.scope, eva));
    expect(types).to.deep.equal(['user.created']);
    expect(await findUserByLogin(store.scope, 'EVA@Acme.example')).to.include({ firstName: 'Eva', status: 'activated', version: 1 });
    expect(await findUserByLogin(store.other, 'eva@acme.example')).to.equal(undefined);
    await createUser(store.other, eva);
  });

  const refused: [what: string, change: Partial<NewUser>, field: string][] = [
    ['no name', { firstName: '', lastName: ' ' }, 'firstName'],
    ['a control character in a name', { lastName: 'a\u0007b' }, 'lastName'],
    ['a name that nobody can see', { firstName: '\u200b', lastName: ' \u3000' }, 'firstName'],
    ['a long department', { department: 'x'.repeat(101) }, 'department'],
    ['S59: no e-mail address', { email: 'eva' }, 'email'],
    ['neither e-mail nor username', { email: undefined }, 'email'],
    ['both', { username: 'eva' }, 'username'],
    ['S58: a username that begins with a dot', { email: undefined, username: '.eva' }, 'username'],
    ['S57: an administrator without e-mail', { email: undefined, username: 'eva', role: 'administrator' }, 'role'],
    ['S45: a third role', { role: 'owner' as never }, 'role'],
  ];
  for (const [what, change, field] of refused)
    it(`${what} is refused, and the field is named`, async () => {
      expect(await store.refused('invalid_input', () => createUser(store.scope, { ...eva, ...change }))).to.have.property(field);
    });

  it('S58, S59: a login is taken in any spelling', async () => {
    await createUser(store.scope, { ...eva, email: undefined, username: 'straße' });
    expect(await store.refused('login_taken', () => createUser(store.scope, { ...eva, email: 'Eva@ACME.example' }))).to.have.property(
      'email',
    );
    const other = { ...eva, email: undefined, username: 'STRASSE' };
    expect(await store.refused('login_taken', () => createUser(store.scope, other))).to.have.property('username');
  });

  it('one mailbox is one account, and one look-alike is another', async () => {
    await createUser(store.scope, { ...eva, email: 'eva@münchen.example' });
    for (const email of ['eva@xn--mnchen-3ya.example', 'Eva@MÜNCHEN.example', 'eva＠münchen.example', '\u200Beva@mu\u0308nchen.example'])
      expect(await store.refused('login_taken', () => createUser(store.scope, { ...eva, email })), email).to.have.property('email');
    const { userId } = (await findUserByLogin(store.scope, '\uFEFFeva@XN--mnchen-3ya.example'))!;
    expect((await createUser(store.scope, { ...eva, email: 'еva@münchen.example' })).userId).to.not.equal(userId);
    await createUser(store.scope, { ...eva, email: undefined, username: 'ismail' });
    expect(
      await store.refused('login_taken', () => createUser(store.scope, { ...eva, email: undefined, username: 'İsmail' })),
    ).to.have.property('username');
  });

  it('is kept in NFC without what is not seen, with one name or two', async () => {
    const user = await createUser(store.scope, {
      ...eva,
      firstName: '\u200BSukarno\t',
      lastName: '',
      email: undefined,
      username: 'Jose\u0301\u200E',
    });
    expect(await findUserByLogin(store.scope, 'José')).to.include({
      userId: user.userId,
      username: 'José',
      firstName: 'Sukarno',
      lastName: '',
    });
    expect(await editUser(store.scope, user.userId, { firstName: '', lastName: 'Su\tkarno' })).to.include({
      firstName: '',
      lastName: 'Su karno',
    });
    await store.refused('invalid_input', () => editUser(store.scope, user.userId, { firstName: '', lastName: '' }));
  });

  it('the write and its event stand or fall together', () =>
    store.inOneTransaction((scope) => createUser(scope, { ...eva, email: 'new@acme.example' })));
});
