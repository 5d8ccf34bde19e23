import { expect } from 'chai';
import { editApplication, getApplication, registerApplication } from '../../../../src/domain/applications/applications/index.ts';
import {
  type Exchange,
  isTraced,
  listExchanges,
  recordExchange,
  startTrace,
  stopTrace,
  sweepExchanges,
} from '../../../../src/domain/applications/traces/index.ts';
import type { ApplicationId, Scope } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

const exchange = (name: string, content = 'said'): Exchange => ({ protocol: 'saml', direction: 'received', name, content: () => content });
const unread: Exchange = { ...exchange('unread'), content: () => expect.fail('it was decoded') };

describe('domain/applications/traces', () => {
  const store = useStore();
  let count = 0;
  async function application(scope: Scope = store.scope): Promise<ApplicationId> {
    const code = `traced-${++count}`;
    const oidc = { client_id: code, redirect_uris: ['https://app.example/cb'] };
    return (await registerApplication(scope, { code, name: `李 ${count}`, oidc })).application.applicationId;
  }
  /** As a protocol does it: with the application as it is read now. */
  async function say(applicationId: ApplicationId, what: Exchange, scope: Scope = store.scope): Promise<void> {
    await recordExchange(scope, await getApplication(scope, applicationId), what);
  }
  const names = async (applicationId: ApplicationId, limit?: number) =>
    (await listExchanges(store.scope, applicationId, limit)).map(({ name }) => name);

  it('what is said is kept while the trace is on, and not so much as decoded while it is off', async () => {
    const applicationId = await application();
    await store.unchanged(() => say(applicationId, unread));
    expect(await store.eventsOf(() => startTrace(store.scope, applicationId))).to.deep.equal(['application.trace-started']);
    await say(applicationId, { ...exchange('AuthnRequest', 'सीता <xml>'), reason: 'destination' });
    await say(applicationId, { protocol: 'oidc', direction: 'sent', name: 'token', content: () => '{}' });
    expect(await store.eventsOf(() => stopTrace(store.scope, applicationId))).to.deep.equal(['application.trace-stopped']);
    await store.unchanged(() => say(applicationId, unread));
    const [later, earlier] = await store.unchanged(() => listExchanges(store.scope, applicationId));
    expect(later, 'the newest first').to.include({ protocol: 'oidc', direction: 'sent', name: 'token', reason: undefined, content: '{}' });
    expect(earlier).to.include({ protocol: 'saml', direction: 'received', reason: 'destination', content: 'सीता <xml>' });
    expect(earlier!.at).to.be.instanceOf(Date);
    const [event] = (await eventsOf(store.scope, { applicationId })).slice(-1);
    expect(event, 'the audit names the application').to.include({ subjectId: applicationId, subjectName: `李 ${count}` });
  });

  it('a trace ends by itself after a quarter of an hour', async () => {
    const applicationId = await application();
    await startTrace(store.scope, applicationId);
    const { traceUntil } = await getApplication(store.scope, applicationId);
    expect(isTraced({ traceUntil }, new Date(traceUntil!.getTime() - 1))).to.equal(true);
    expect(isTraced({ traceUntil }, traceUntil!)).to.equal(false);
    expect(isTraced({}, new Date(0))).to.equal(false);
    store.wait(14);
    await say(applicationId, exchange('in time'));
    store.wait(1);
    await store.unchanged(() => say(applicationId, unread));
    expect(await names(applicationId), 'what was said can still be read').to.deep.equal(['in time']);
  });

  it('starting again begins a new quarter of an hour and forgets what this application said, and no other', async () => {
    const [applicationId, other] = [await application(), await application()];
    for (const id of [applicationId, other]) {
      await startTrace(store.scope, id);
      await say(id, exchange('before'));
    }
    store.wait(10);
    await startTrace(store.scope, applicationId);
    expect([await names(applicationId), await names(other)]).to.deep.equal([[], ['before']]);
    store.wait(14);
    await say(applicationId, exchange('after'));
    await store.unchanged(() => say(other, unread));
    expect(await names(applicationId)).to.deep.equal(['after']);
  });

  it('a trace is no edit: whoever has the form open can still save it', async () => {
    const applicationId = await application();
    const before = await getApplication(store.scope, applicationId);
    await startTrace(store.scope, applicationId);
    const { code } = before;
    const edited = await editApplication(store.scope, applicationId, { code, name: 'Renamed' }, before.version);
    expect(edited.name).to.equal('Renamed');
    await say(applicationId, exchange('still traced'));
    expect(await names(applicationId)).to.deep.equal(['still traced']);
  });

  it('500 exchanges of an application are kept: of more the oldest go, and none of another application', async () => {
    const [applicationId, other] = [await application(), await application()];
    for (const id of [applicationId, other]) await startTrace(store.scope, id);
    await say(other, exchange('of another'));
    await store.scope.db.raw(
      `INSERT INTO traced_exchanges (context_id, exchange_id, application_id, at, protocol, direction, name, content)
       SELECT ?, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, ?, now(), 'saml', 'received', 'flood ' || n, '' FROM generate_series(1, 499) n`,
      [store.scope.contextId, applicationId],
    );
    await say(applicationId, exchange('the 500th'));
    expect(await names(applicationId, 1000))
      .to.have.length(500)
      .and.include('flood 1');
    await say(applicationId, exchange('the genuine one'));
    const kept = await names(applicationId, 1000);
    expect(kept).to.have.length(500).and.include('flood 2').and.not.include('flood 1');
    expect(kept[0]).to.equal('the genuine one');
    expect(await names(applicationId), 'a page of them').to.have.length(100);
    expect(await names(other)).to.deep.equal(['of another']);
  });

  it('20 000 characters of a message are kept, and none that the store would refuse', async () => {
    const applicationId = await application();
    await startTrace(store.scope, applicationId);
    for (const content of ['', 'x'.repeat(20_000), `${'x'.repeat(20_000)}y`, 'a\0b\uD800c', `${'x'.repeat(19_999)}😀`])
      await say(applicationId, exchange('long', content));
    const kept = (await listExchanges(store.scope, applicationId)).map(({ content }) => content).toReversed();
    expect(kept.slice(0, 4)).to.deep.equal(['', 'x'.repeat(20_000), 'x'.repeat(20_000), 'ab\uFFFDc']);
    expect(kept[4], 'cut within a character').to.have.length(20_000);
  });

  it('a day is enough to read them', async () => {
    const applicationId = await application();
    await startTrace(store.scope, applicationId);
    for (const name of ['old', 'young']) await say(applicationId, exchange(name));
    const age = (name: string, interval: string) =>
      store.scope.db.raw('UPDATE traced_exchanges SET at = now() - ?::interval WHERE name = ? AND application_id = ?', [
        interval,
        name,
        applicationId,
      ]);
    await age('old', '24 hours 1 second');
    await age('young', '23 hours 59 minutes');
    await sweepExchanges(store.scope.db);
    expect(await names(applicationId)).to.deep.equal(['young']);
  });

  it('an application that is not here is not traced, and another company reads nothing of ours', async () => {
    const [applicationId, foreign] = [await application(), await application(store.other)];
    for (const id of [unknownId, 'no-id', foreign]) {
      await store.refused('not_found', () => startTrace(store.scope, id));
      await store.refused('not_found', () => stopTrace(store.scope, id));
    }
    await startTrace(store.scope, applicationId);
    await say(applicationId, exchange('ours'));
    await store.refused('not_found', () => startTrace(store.other, applicationId));
    await startTrace(store.other, foreign);
    expect(await listExchanges(store.other, applicationId)).to.deep.equal([]);
    expect(await names(applicationId)).to.deep.equal(['ours']);
  });

  it('switching it on or off and its event stand or fall together', async () => {
    const applicationId = await application();
    await startTrace(store.scope, applicationId);
    await say(applicationId, exchange('kept'));
    await store.inOneTransaction((scope) => startTrace(scope, applicationId));
    await store.inOneTransaction((scope) => stopTrace(scope, applicationId));
    expect(await names(applicationId)).to.deep.equal(['kept']);
  });
});
