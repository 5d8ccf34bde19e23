import { expect } from 'chai';
import {
  changeClientSecret,
  createApplication,
  findApplicationByCode,
  listApplications,
  setApplicationEnabled,
} from '../../../../src/domain/applications/applications/index.ts';
import { endingsOf, warnOfExpiry } from '../../../../src/domain/applications/expiry-warnings/index.ts';
import { listCertificates } from '../../../../src/domain/company/saml-certificates/index.ts';
import { changeStatus } from '../../../../src/domain/people/users/index.ts';
import type { ApplicationId, Scope } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import { useStore } from '../../../support/use-cases.ts';

const day = 24 * 60;

const listEndingSoon = async (scope: Scope) =>
  endingsOf(await listCertificates(scope), (await listApplications(scope)).items, scope.clock.now());

describe('domain/applications/expiry-warnings', () => {
  const store = useStore();
  let payroll: ApplicationId;
  before(async () => {
    payroll = (await findApplicationByCode(store.scope, 'payroll'))!.applicationId;
  });
  const mails = async () => (await store.queued('deliver-mail')).filter(({ mail }) => mail === 'client_secret');

  it('a secret that ends is told of 60, 30, 14, 7 and 1 days before, once each, to those administrators who are active', async () => {
    const bia = await store.person({ role: 'administrator' });
    const gone = await store.person({ role: 'administrator' });
    await changeStatus(store.scope, gone.userId, 'deactivate');
    await changeClientSecret(store.scope, payroll, 61);
    await store.unchanged(() => warnOfExpiry(store.scope));
    expect(await listEndingSoon(store.scope)).to.deep.equal([]);
    for (const [days, waited] of [
      [60, 1],
      [30, 30],
      [14, 16],
      [7, 7],
      [1, 6],
    ] as const) {
      store.wait(waited * day);
      const before = (await mails()).length;
      const types = await store.eventsOf(() => warnOfExpiry(store.scope));
      expect(types, `${days} days before`).to.deep.equal(['application.secret-ends-soon']);
      const sent = (await mails()).slice(before);
      expect(sent.map(({ to }) => to)).to.have.members(['ana@acme.example', bia.email]);
      expect(sent[0]).to.deep.include({ leadsTo: { page: 'application', application: payroll } });
      expect(sent[0]!.params).to.include({ days, application: 'Payroll', fingerprint: '' });
      await store.unchanged(() => warnOfExpiry(store.scope));
    }
    const [event] = await eventsOf(store.scope, { type: 'application.secret-ends-soon' });
    expect(event).to.include({ subjectId: payroll, subjectName: 'Payroll' });
    store.wait(2 * day);
    await store.unchanged(() => warnOfExpiry(store.scope));
    expect(
      (await listEndingSoon(store.scope)).map(({ kind }) => kind),
      'it has ended, and is still to be seen',
    ).to.deep.equal(['client-secret']);
  });

  it('after a day without a look only the latest is told; the next secret is told of again', async () => {
    await changeClientSecret(store.scope, payroll, 90);
    store.wait(80 * day);
    expect(await store.eventsOf(() => warnOfExpiry(store.scope))).to.deep.equal(['application.secret-ends-soon']);
    expect((await mails()).at(-1)!.params).to.include({ days: 10 });
    await changeClientSecret(store.scope, payroll, 9);
    expect(await store.eventsOf(() => warnOfExpiry(store.scope))).to.deep.equal(['application.secret-ends-soon']);
  });

  it('of an application that is closed nobody hears, nor of the other company’s', async () => {
    await setApplicationEnabled(store.scope, payroll, false);
    await changeClientSecret(store.scope, payroll, 5);
    const foreign = (await findApplicationByCode(store.other, 'payroll'))!.applicationId;
    await changeClientSecret(store.other, foreign, 5);
    await store.unchanged(() => warnOfExpiry(store.scope));
    await setApplicationEnabled(store.scope, payroll, true);
    expect(await store.eventsOf(() => warnOfExpiry(store.scope))).to.have.length(1);
  });

  it('what ends first stands first', async () => {
    const oidc = { client_id: 'soon', client_secret: 'a-secret-of-24-characters', redirect_uris: ['https://soon.example/cb'] };
    const { applicationId } = await createApplication(store.scope, { code: 'soon', name: 'सीता', oidc });
    await changeClientSecret(store.scope, applicationId, 3);
    expect((await listEndingSoon(store.scope)).map(({ application }) => application?.name)).to.deep.equal(['सीता', 'Payroll']);
  });

  it('a warning, its mails and the note that it was given stand or fall together', async () => {
    await changeClientSecret(store.scope, payroll, 2);
    await store.inOneTransaction((scope) => warnOfExpiry(scope));
  });
});
