import { expect } from 'chai';
import { applyState, parseState } from '../../../../../src/domain/administration/desired-state/index.ts';
import { activateAccount, completeRegistration } from '../../../../../src/domain/administration/invitations/index.ts';
import { recoverPassword } from '../../../../../src/domain/administration/password-recovery/index.ts';
import { changeSettings } from '../../../../../src/domain/company/context-settings/index.ts';
import { newAccountsSettings } from '../../../../../src/domain/company/new-accounts/index.ts';
import { findUserByLogin, identifier, type User } from '../../../../../src/domain/people/users/index.ts';
import { createLink, type LinkKind } from '../../../../../src/domain/records/one-time-links/index.ts';
import { inTransaction, type RequestId, type Scope } from '../../../../../src/domain/scope.ts';
import {
  changeOwnPassword,
  changeRequiredPassword,
  provePassword,
  resetSecondFactors,
} from '../../../../../src/domain/sign-in/authentication/index.ts';
import {
  findPassword,
  type NewPasswordInput,
  passwordFaults,
  setPersonalPassword,
} from '../../../../../src/domain/sign-in/credentials/password/index.ts';
import type { Session } from '../../../../../src/domain/sign-in/sessions/index.ts';
import { defaultPolicy, defaultRules } from '../../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { createPasswordHasher, loadPasswordEngine, type PasswordHasher, readPassword } from '../../../../../src/platform/crypto/index.ts';
import type { AppError } from '../../../../../src/platform/errors/index.ts';
import { modules, read } from '../../../../checks/sources.ts';
import { actingFor, useStore } from '../../../../support/use-cases.ts';

/** As different keyboards and systems send the same text: `composed` in NFC, `apart` in another form. */
const scripts: Record<string, { composed: string; apart: string }> = {};
for (const [script, text] of Object.entries({
  portuguese: 'coração de leão 7',
  vietnamese: 'tiếng Việt rất đẹp',
  korean: '비밀번호는 길수록 좋다',
  greek: 'Ξεσκεπάζω την ψυχή',
  japanese: 'ガラスの仮面はとても長い',
}))
  scripts[script] = { composed: text.normalize('NFC'), apart: text.normalize('NFD') };
scripts.devanagari = { composed: 'क\u093Cलम और लंबा रास्ता', apart: '\u0958लम और लंबा रास्ता' };
scripts.singletons = { composed: 'ten Ω and a Å long', apart: 'ten \u2126 and a \u212B long' };

describe('domain/credentials: a password is the same in every Unicode form (NIST SP 800-63B-4 §3.1.1.2)', () => {
  const store = useStore();
  const browser = 'b'.repeat(43);
  let verifications = 0;
  let hashes = 0;
  /** The store's scope, with the verifications and hashes counted. */
  let scope: Scope;
  before(async () => {
    const engine = await loadPasswordEngine();
    const counting: PasswordHasher = createPasswordHasher(2, 10, {
      ...engine,
      hash(...args) {
        hashes++;
        return engine.hash(...args);
      },
      verify(...args) {
        verifications++;
        return engine.verify(...args);
      },
    });
    scope = { ...store.scope, hasher: counting };
    await changeSettings(scope, newAccountsSettings, { selfRegistration: true }, 0);
  });

  const signIn = (login: string, password: string) => provePassword(scope, defaultRules, { login, password, browser });
  const opens = async (user: User, password: string) => (await signIn(identifier(user), password)).outcome === 'proven';
  const typed = (password: string, repeatPassword = password): NewPasswordInput => ({ newPassword: password, repeatPassword });
  const sessionOf = async (user: User) => ({ ...user, sessionId: await store.session(user.userId), amr: ['pwd'] }) as unknown as Session;
  const link = (user: User, kind: LinkKind) => createLink(scope, { kind, owner: { userId: user.userId }, lifetimeSeconds: 3600 });
  const set = async (user: User, password: string) => {
    const hash = await scope.hasher.hash(readPassword(password));
    await inTransaction(scope, (inside) => setPersonalPassword(inside, user, hash));
  };
  /** As a version without normalisation stored it. */
  const setRaw = async (user: User, password: string) => {
    const hash = await (await loadPasswordEngine()).hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    await inTransaction(scope, (inside) => setPersonalPassword(inside, user, hash));
  };

  /** Every way to a new password: of somebody, with what was typed twice. */
  const setters: Record<string, (input: NewPasswordInput) => Promise<User>> = {
    async 'one’s own, in My profile'(input) {
      const user = await store.person();
      await changeOwnPassword(actingFor(scope, user), defaultRules, await sessionOf(user), browser, input);
      return user;
    },
    async 'the one that has to be changed'(input) {
      const user = await store.person();
      await set(user, 'a temporary one, handed over');
      const outcome = await signIn(identifier(user), 'a temporary one, handed over');
      if (outcome.outcome !== 'proven') return expect.fail('not proven');
      const requestId = '00000000-0000-7000-8000-000000000000' as RequestId;
      const request = { requestId, address: requestId, proven: outcome.proven, demands: {} };
      await changeRequiredPassword(scope, defaultRules, { ...request, destination: { protocol: 'portaria', path: '/' } }, input);
      return user;
    },
    async recovery(input) {
      const user = await store.person();
      await recoverPassword(scope, defaultRules, await link(user, 'recovery'), input);
      return user;
    },
    async 'an invitation'(input) {
      const user = await store.person({ status: 'invited' });
      return activateAccount(scope, defaultRules, await link(user, 'invitation'), input, 'en');
    },
    async registration(input) {
      const payload = { firstName: 'New', lastName: 'Comer', email: `comer${verifications}.${hashes}@acme.example` };
      const owner = { addressKey: payload.email };
      const token = await createLink(scope, { kind: 'registration', owner, lifetimeSeconds: 3600, payload });
      return completeRegistration(scope, defaultRules, token, { ...input, customFields: {} });
    },
    async 'a file that is applied'({ newPassword }) {
      const email = `applied${verifications}.${hashes}@acme.example`;
      const users = [{ email, firstName: 'New', lastName: 'Comer', password: newPassword }];
      await applyState(scope, parseState({ contexts: [{ code: 'acme', name: 'Acme S.A.', users }] }));
      return (await findUserByLogin(scope, email))!;
    },
  };

  for (const [name, setter] of Object.entries(setters))
    it(`${name}: what was typed in one form opens in the other`, async () => {
      const { composed, apart } = scripts.portuguese!;
      const first = await setter(typed(apart, composed));
      expect(await opens(first, composed)).to.equal(true);
      expect(await opens(first, apart)).to.equal(true);
      const second = await setter(typed(composed, apart));
      expect(await opens(second, apart)).to.equal(true);
      expect(await opens(second, composed.replace('ç', 'c'))).to.equal(false);
    });

  it('in every script, at the sign-in and where an administrator proves it again', async () => {
    for (const [script, { composed, apart }] of Object.entries(scripts)) {
      expect(apart, script).to.not.equal(composed);
      for (const [chosen, given] of [
        [composed, apart],
        [apart, composed],
      ] as const) {
        const user = await store.person({ role: 'administrator' });
        await set(user, chosen);
        expect(await opens(user, given), script).to.equal(true);
        const other = await store.person();
        const reset = resetSecondFactors(scope, defaultRules, await sessionOf(user), {
          userId: other.userId,
          justification: 'lost',
          password: given,
          browser,
        });
        // it was the right one: what is refused is that there is nothing to reset
        await reset.then(
          () => expect.fail('it went through'),
          (error: AppError) => expect(error.code, script).to.equal('status_conflict'),
        );
      }
    }
  });

  it('the one in force, and those before it, are known again in the other form', async () => {
    const { composed, apart } = scripts.vietnamese!;
    const rules = { ...defaultRules, base: { ...defaultPolicy, password: { ...defaultPolicy.password, history: 3 } } };
    const user = await store.person();
    await set(user, composed);
    let current = composed;
    const change = async (password: string) =>
      changeOwnPassword(actingFor(scope, user), rules, await sessionOf(user), browser, {
        currentPassword: current,
        ...typed(password),
      }).then(
        () => 'changed',
        (error: AppError) => error.fields?.newPassword,
      );
    expect(await change(apart)).to.equal('fields.password_same');
    expect(await change('another one that is long')).to.equal('changed');
    current = 'another one that is long';
    expect(await change(apart)).to.equal('fields.password_used');
  });

  it('length, names and known passwords are those of the composed form', async () => {
    const rules = defaultPolicy.password;
    const faults = (password: string) =>
      passwordFaults(readPassword(password), { email: 'zoe@acme.example', firstName: 'Conceição', lastName: 'Araújo' }, rules);
    expect(await faults('áéíóúâêôãõç'.normalize('NFD')), 'eleven characters').to.include('fields.password_short');
    expect(await faults('áéíóúâêôãõç'.repeat(11).normalize('NFD')), '121 characters').to.deep.equal([]);
    expect(await faults('Conceição Araújo'.normalize('NFD'))).to.include('fields.password_personal');
  });

  it('a hash of the raw form goes on working, and becomes one of the composed form when it is used', async () => {
    for (const [script, { composed, apart }] of Object.entries(scripts)) {
      const user = await store.person();
      await setRaw(user, apart);
      const before = (await findPassword(scope, user.userId))!;
      expect(await opens(user, composed), `${script}: nobody can know the raw form`).to.equal(false);
      expect(await opens(user, apart), script).to.equal(true);
      const after = (await findPassword(scope, user.userId))!;
      expect(after.hash).to.not.equal(before.hash);
      expect(after.changedAt, 'proofs of it go on').to.deep.equal(before.changedAt);
      expect(await opens(user, composed), script).to.equal(true);
    }
  });

  it('white space that was copied with it does no harm, and one that belongs to it counts', async () => {
    for (const around of [' %', '%\n', '\t%\r\n', '\u00A0%', '\uFEFF%']) {
      const user = await store.person();
      await set(user, 'a long sentence of mine');
      expect(await opens(user, around.replace('%', 'a long sentence of mine')), JSON.stringify(around)).to.equal(true);
    }
    const user = await store.person();
    await set(user, ' a long sentence of mine ');
    expect(await opens(user, ' a long sentence of mine ')).to.equal(true);
    expect(await opens(user, 'a long sentence of mine')).to.equal(false);
  });

  it('costs one verification for nearly everybody, and otherwise as many for a stranger as for a person, right or wrong', async () => {
    const user = await store.person();
    await set(user, scripts.portuguese!.composed);
    const cost = async (login: string, password: string): Promise<[number, number]> => {
      [verifications, hashes] = [0, 0];
      await signIn(login, password);
      return [verifications, hashes];
    };
    await cost('warms up the hash of nobody', 'x');
    for (const [password, times] of [
      ['correct horse battery', 1],
      [scripts.portuguese!.composed, 1],
      [scripts.portuguese!.apart, 2],
      [`${scripts.portuguese!.composed} `, 2],
      [`${scripts.portuguese!.apart} `, 3],
      ['x'.repeat(5000), 1],
      ['   ', 1],
    ] as const)
      for (const login of [identifier(user), 'nobody@acme.example', 'nobody'])
        expect(await cost(login, password), `${login} ${password}`).to.deep.equal([times, 0]);
  });

  it('nothing but a password that was read can be hashed or compared: a string does not compile, and nobody says that it is one', () => {
    for (const { file } of modules)
      if (file !== 'src/platform/crypto/password.ts') expect(read(file), file).to.not.match(/\bas (unknown as )?Password\b/);
    const text = 'a string' as const;
    // @ts-expect-error as it was typed
    void (() => scope.hasher.hash(text));
    // @ts-expect-error as it was typed
    void (() => scope.hasher.verify(text, undefined));
    // @ts-expect-error only readPassword makes one
    void (() => scope.hasher.hash({ text, typed: text }));
    // @ts-expect-error the rules are of one that was read
    void (() => passwordFaults(text, { firstName: '', lastName: '' }, defaultPolicy.password));
  });
});
