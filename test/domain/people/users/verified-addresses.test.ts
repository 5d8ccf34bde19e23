import { expect } from 'chai';
import { applyState, parseState, type StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { changeDirectory } from '../../../../src/domain/administration/directory-runs/index.ts';
import { activateAccount, addPerson } from '../../../../src/domain/administration/invitations/index.ts';
import { recoverPassword, requestRecovery, sendRecoveryJob } from '../../../../src/domain/administration/password-recovery/index.ts';
import { setRecoveryEmail } from '../../../../src/domain/people/users/change-address.ts';
import { findUserByLogin, getUser, lockUser, type User } from '../../../../src/domain/people/users/index.ts';
import { createLink } from '../../../../src/domain/records/one-time-links/index.ts';
import { inTransaction, type UserId } from '../../../../src/domain/scope.ts';
import { defaultRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { hashToken, randomToken } from '../../../../src/platform/crypto/index.ts';
import { addTestDirectory, entryOf, importEntries, personEntry } from '../../../support/directory-entries.ts';
import { useStore } from '../../../support/use-cases.ts';

const newPassword = { newPassword: 'a new long sentence', repeatPassword: 'a new long sentence' };

/** Whose word it is that an address is its person's: every way by which one comes. */
describe('domain/people/users: verified addresses', () => {
  const store = useStore();
  const saidOf = ({ emailVerified, emailVerifiedBy }: User) => [emailVerified, emailVerifiedBy];
  const now = async (userId: UserId) => saidOf(await getUser(store.scope, userId));

  it('of a person whom an administrator adds it is nobody’s, until the link of the invitation was followed', async () => {
    const add = (email: string, activation: 'invitation' | 'temporary-password') => {
      const person = { email, firstName: 'Eva', lastName: 'Luz', role: 'regular' as const };
      return addPerson(store.scope, { person, links: { groupIds: [], applicationIds: [] }, activation, locale: 'en' });
    };
    const handed = await add('handed@acme.example', 'temporary-password');
    const invited = await add('invited@acme.example', 'invitation');
    expect([saidOf(handed), saidOf(invited)]).to.deep.equal([
      [false, undefined],
      [false, undefined],
    ]);
    const token = await createLink(store.scope, { kind: 'invitation', owner: { userId: invited.userId }, lifetimeSeconds: 3600 });
    await activateAccount(store.scope, defaultRules, token, newPassword, 'en');
    expect(await now(invited.userId)).to.deep.equal([true, 'link']);
  });

  describe('a file', () => {
    const apply = (user: object) =>
      applyState(store.scope, parseState({ contexts: [{ code: 'acme', users: [{ email: 'zoe@acme.example', ...user }] }] }));
    const zoe = async () => (await findUserByLogin(store.scope, 'zoe@acme.example'))!;

    it('marks an address, takes the mark back, and says nothing where it does not mention it', async () => {
      await apply({ firstName: 'Zoe', lastName: 'Lima' });
      expect(saidOf(await zoe())).to.deep.equal([false, undefined]);
      for (const [said, expected] of [
        [{ emailVerified: true }, [true, 'file']],
        [{}, [true, 'file']],
        [{ emailVerified: false }, [false, undefined]],
        [{}, [false, undefined]],
      ] as const) {
        await apply(said);
        expect(saidOf(await zoe()), JSON.stringify(said)).to.deep.equal(expected);
        expect((await store.unchanged(() => apply(said))).changes, 'again').to.deep.equal([]);
      }
      const types = await store.eventsOf(() => apply({ emailVerified: true }));
      expect(types).to.deep.equal(['user.edited']);
    });

    it('leaves it to the link where that came first, and marks none of a person who has none', async () => {
      const user = await store.person({ emailVerifiedBy: 'link' });
      await applyState(store.scope, parseState({ contexts: [{ code: 'acme', users: [{ email: user.email, emailVerified: true }] }] }));
      expect(await now(user.userId)).to.deep.equal([true, 'link']);
      const nameless = { contexts: [{ code: 'acme', users: [{ username: 'jsilva', emailVerified: true }] }] };
      expect(
        await applyState(store.scope, parseState(nameless)).then(
          () => [],
          (error: StateError) => error.faults.map(({ path, message }) => `${path} ${message}`),
        ),
      ).to.deep.equal(['contexts[0].users[0].email fields.email']);
    });
  });

  describe('a link for a new password', () => {
    /** The link that was mailed for a wish. */
    async function linkOf({ userId, email }: User): Promise<string> {
      await requestRecovery(store.scope, email!, 'en');
      await sendRecoveryJob.run(() => store.scope, (await store.queued('send-recovery')).at(-1)!, undefined, { isLast: false });
      const token = randomToken();
      const { rowCount } = await store.scope.db.raw(
        "UPDATE one_time_links SET token_hash = ? WHERE user_id = ? AND kind = 'recovery' AND ended_at IS NULL",
        [hashToken(token), userId],
      );
      expect(rowCount).to.equal(1);
      return token;
    }
    const recover = (token: string) => recoverPassword(store.scope, defaultRules, token, newPassword);
    const alsoAt = (user: User, address: string | undefined) =>
      inTransaction(store.scope, async (inside) => setRecoveryEmail(inside, await lockUser(inside, user.userId), address));

    it('proves the address that it was mailed to', async () => {
      const user = await store.person();
      await recover(await linkOf(user));
      expect(await now(user.userId)).to.deep.equal([true, 'link']);
    });

    it('proves nothing where another mailbox got it as well, also when there is no other any more', async () => {
      const user = await store.person();
      await alsoAt(user, 'stranger@elsewhere.example');
      const token = await linkOf(user);
      await alsoAt(user, undefined);
      await recover(token);
      expect(await now(user.userId)).to.deep.equal([false, undefined]);
    });
  });

  describe('a directory', () => {
    it('vouches for its addresses or not, and for those that are here already as soon as that changes; what a link proved stays', async () => {
      const directory = await addTestDirectory(store.scope, { acceptsPeople: true });
      const vouch = (emailsAreVerified: boolean) =>
        changeDirectory(store.scope, directory.directoryId, {
          name: directory.name,
          settings: { ...directory.settings, emailsAreVerified },
        });
      const [one, other, proven] = [personEntry(), personEntry(), personEntry()];
      await importEntries(store.scope, directory, [one, other, proven]);
      const [oneId, otherId, provenId] = await Promise.all(
        [one, other, proven].map(async (entry) => (await entryOf(store.scope, directory, entry)).userId!),
      );
      await store.scope.db('users').where({ user_id: provenId }).update({ email_verified: true, email_verified_by: 'link' });
      const all = () => Promise.all([oneId!, otherId!, provenId!].map(now));
      const none = [false, undefined];
      expect(await all()).to.deep.equal([none, none, [true, 'link']]);
      await vouch(true);
      expect(await all()).to.deep.equal([
        [true, 'directory'],
        [true, 'directory'],
        [true, 'link'],
      ]);
      // another address is the directory's word as well
      await importEntries(store.scope, directory, [{ ...other, attributes: { ...other.attributes, mail: ['moved@acme.example'] } }]);
      expect(await now(otherId!)).to.deep.equal([true, 'directory']);
      await vouch(false);
      expect(await all()).to.deep.equal([none, none, [true, 'link']]);
    });

    it('a person whose entry is followed is told of as the directory says now', async () => {
      const directory = await addTestDirectory(store.scope, { acceptsPeople: true, emailsAreVerified: true });
      const entry = personEntry();
      await importEntries(store.scope, directory, [entry]);
      const userId = (await entryOf(store.scope, directory, entry)).userId!;
      await store.scope.db('users').where({ user_id: userId }).update({ email_verified: false, email_verified_by: null });
      const types = await store.eventsOf(() =>
        importEntries(store.scope, directory, [{ ...entry, attributes: { ...entry.attributes, department: ['Sales'] } }]),
      );
      expect(types).to.deep.equal(['user.edited']);
      expect(await now(userId)).to.deep.equal([true, 'directory']);
    });
  });
});
