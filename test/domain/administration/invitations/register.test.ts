import { expect } from 'chai';
import { completeRegistration, requestRegistration, sendRegistrationJob } from '../../../../src/domain/administration/invitations/index.ts';
import { sendRegistration } from '../../../../src/domain/administration/invitations/send-registration.ts';
import { changeSettings, loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { createCustomField } from '../../../../src/domain/company/custom-fields/index.ts';
import { unsealPage } from '../../../../src/domain/company/mails/index.ts';
import { newAccountsSettings } from '../../../../src/domain/company/new-accounts/index.ts';
import { findUserByLogin, type NewUser } from '../../../../src/domain/people/users/index.ts';
import { createLink } from '../../../../src/domain/records/one-time-links/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { findPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { defaultRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { readPassword } from '../../../../src/platform/crypto/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { type Refusals, useStore } from '../../../support/use-cases.ts';

const chosen = 'a long new sentence';
const sita = { firstName: 'सीता', lastName: 'Zoë', locale: 'es' };

describe('domain/administration/invitations: registering oneself', () => {
  const store = useStore();
  const settle = async (input: object, scope = store.scope) =>
    changeSettings(scope, newAccountsSettings, input, (await loadSettings(scope, newAccountsSettings)).version);
  const domains = ['acme.example', 'team.acme.example'];
  before(async () => {
    await settle({ selfRegistration: true, domains });
    const field = { code: 'badge', label: 'Badge', type: 'text' as const, options: [], isRequired: true, isPersonal: true };
    await createCustomField(store.scope, field);
  });
  const person = (more: Partial<NewUser> = {}) => store.person({ customFields: { badge: '1' }, ...more });
  const ask = (email: string, more: Partial<typeof sita> = {}, scope: Scope = store.scope) =>
    requestRegistration(scope, { ...sita, email, ...more });
  const from = (ip: string): Scope => ({ ...store.scope, actor: { kind: 'anonymous', name: '', ip } });
  /** What the queue does with the wish that waits last. */
  async function send(email: string, scope: Scope = store.scope): Promise<void> {
    await ask(email, {}, scope);
    const payload = (await store.queued('send-registration')).at(-1)!;
    await sendRegistrationJob.run(() => store.scope, payload, undefined, { isLast: false });
  }
  const mailedTo = async (email: string) => (await store.queued('deliver-mail')).filter(({ to }) => to === email);
  async function tokenFor(email: string): Promise<string> {
    await send(email);
    const page = unsealPage(store.scope.keyRing, store.scope.contextId, (await mailedTo(email)).at(-1)!.sealedLeadsTo as string);
    return 'token' in page ? page.token : expect.fail('no token');
  }
  const complete = (token: string, more: object = {}, scope: Scope = store.scope) =>
    completeRegistration(scope, defaultRules, token, {
      newPassword: chosen,
      repeatPassword: chosen,
      customFields: { badge: '7' },
      ...more,
    });
  const lastWish = async () => (await eventsOf(store.scope, { type: 'registration.requested' })).at(-1)!;

  it('a wish queues one job an address, whoever has it, and what was typed does not lie open in it', async () => {
    const count = async () => (await store.queued('send-registration')).length;
    const before = await count();
    const types = await store.eventsOf(async () => {
      for (const email of ['new@acme.example', 'NEW@ACME.example', 'ana@acme.example', 'ana@acme.example']) await ask(email);
    });
    expect(types).to.deep.equal([]);
    expect(await count()).to.equal(before + 2);
    expect(JSON.stringify(await store.queued('send-registration')))
      .to.not.contain('acme.example')
      .and.not.contain('सीता');
    expect(await store.inCallersTransaction((scope) => ask('third@acme.example', {}, scope))).to.equal(0);
  });

  it('the link proves the address: an account, Activated, with what the person typed and chose, once', async () => {
    expect(await store.eventsOf(() => send('sita@acme.example'))).to.deep.equal(['registration.requested']);
    expect(await findUserByLogin(store.scope, 'sita@acme.example'), 'nobody before the link').to.equal(undefined);
    const [mail] = await mailedTo('sita@acme.example');
    expect(mail).to.deep.include({ mail: 'registration', locale: 'es', params: { hours: 24 } });
    const token = await tokenFor('sita@acme.example');
    const types = await store.eventsOf(() => complete(token));
    expect(types).to.deep.equal(['user.created', 'password.changed']);
    const user = (await findUserByLogin(store.scope, 'sita@acme.example'))!;
    expect(user).to.include({
      firstName: 'सीता',
      lastName: 'Zoë',
      role: 'regular',
      status: 'activated',
      emailVerified: true,
      locale: 'es',
    });
    expect(Object.values(user.customValues)).to.deep.equal(['7']);
    const stored = (await findPassword(store.scope, user.userId))!;
    expect(await store.scope.hasher.verify(readPassword(chosen), stored.hash)).not.to.equal(undefined);
    expect((await eventsOf(store.scope, { type: 'password.changed', subjectId: user.userId }))[0]!.actor).to.include({
      kind: 'person',
      id: user.userId,
    });
    await store.refused('link_over', () => complete(token));
  });

  it('who has an account is mailed the way to it, and who is invited the invitation; nobody gets a second account', async () => {
    const { email, userId } = await person();
    const invited = await person({ status: 'invited' });
    await send(email!);
    expect(await lastWish()).to.include({ outcome: 'failure', reason: 'has-an-account', subjectId: userId });
    expect((await mailedTo(email!)).map(({ mail }) => mail)).to.deep.equal(['already_registered']);
    expect(await store.eventsOf(() => send(invited.email!))).to.deep.equal(['registration.requested', 'user.invited']);
    expect((await mailedTo(invited.email!)).map(({ mail }) => mail)).to.deep.equal(['invitation']);
  });

  it('three a day are mailed to one mailbox, whatever stands behind a plus', async () => {
    for (const email of ['v@acme.example', 'v+1@acme.example', 'V+2@acme.example']) {
      await send(email);
      expect(await lastWish()).to.include({ outcome: 'success' });
    }
    await send('v+3@acme.example');
    expect(await lastWish()).to.include({ outcome: 'failure', reason: 'too-many' });
    expect(await mailedTo('v+3@acme.example')).to.deep.equal([]);
    store.wait(24 * 60 + 1);
    await send('v+3@acme.example');
    expect(await mailedTo('v+3@acme.example')).to.have.length(1);
  });

  it('sixty an hour are mailed for one address of the network, and others’ go on', async () => {
    for (let n = 0; n < 60; n++) await send(`office${n}@acme.example`, from('192.0.2.1'));
    expect(await lastWish()).to.include({ outcome: 'success' });
    await send('office60@acme.example', from('192.0.2.1'));
    expect(await lastWish()).to.include({ outcome: 'failure', reason: 'too-many' });
    await send('office60@acme.example', from('192.0.2.2'));
    expect(await lastWish()).to.include({ outcome: 'success' });
  });

  it('what is refused is refused by field, and queues nothing', async () => {
    const faults = await store.refused('invalid_input', () => ask('x@elsewhere.example', { firstName: '', lastName: '' }));
    expect(faults).to.deep.equal({ firstName: 'fields.one_name', email: 'fields.registration_domain' });
    for (const email of ['', 'no address', 'x@sub.acme.example', 'v%evil.example@acme.example', 'a@acme.example\nBcc: b@acme.example'])
      expect(await store.refused('invalid_input', () => ask(email))).to.have.property('email');
    await store.refused('not_found', () => ask('x@acme.example', {}, store.other));
  });

  it('a link is over with its time, its company’s wish, or another mail; a fault uses it up neither', async () => {
    const first = await tokenFor('rui@acme.example');
    const token = await tokenFor('rui@acme.example');
    const recovery = await createLink(store.scope, {
      kind: 'recovery',
      owner: { userId: (await person()).userId },
      lifetimeSeconds: 60,
    });
    const cases: Refusals = [
      ['invalid_input', () => complete(token, { repeatPassword: 'another' })],
      ['invalid_input', () => complete(token, { newPassword: 'eleven char', repeatPassword: 'eleven char' })],
      ['invalid_input', () => complete(token, { newPassword: 'rui@acme.example', repeatPassword: 'rui@acme.example' })],
      ['invalid_input', () => complete(token, { customFields: {} })],
      ['link_over', () => complete(token, {}, store.other)],
    ];
    for (const wrong of [first, recovery, '', 'x'.repeat(43)]) cases.push(['link_over', () => complete(wrong)]);
    for (const [code, work] of cases) await store.refused(code, work);
    await settle({ selfRegistration: true, domains: ['team.acme.example'] });
    await store.refused('link_over', () => complete(token));
    await settle({ selfRegistration: false, domains });
    await store.refused('link_over', () => complete(token));
    await settle({ selfRegistration: true, domains });
    await person({ email: 'rui@acme.example' });
    await store.refused('login_taken', () => complete(token));
    const late = await tokenFor('late@acme.example');
    store.wait(24 * 60 + 1);
    await store.refused('link_over', () => complete(late));
  });

  it('of tries at once with one link one gets through', async () => {
    const token = await tokenFor('twice@acme.example');
    const results = await Promise.allSettled([complete(token), complete(token)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).to.include({ code: 'link_over' });
  });

  it('the account, its password, the link and the mail stand or fall with their events', async () => {
    const token = await tokenFor('whole@acme.example');
    await store.inOneTransaction((scope) => complete(token, {}, scope));
    await ask('other@acme.example');
    const { registration } = (await store.queued('send-registration')).at(-1)!;
    await store.inOneTransaction((scope) => sendRegistration(scope, registration as string));
  });
});
