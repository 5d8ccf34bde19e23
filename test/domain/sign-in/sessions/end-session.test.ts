import { expect } from 'chai';
import { createApplication, findApplicationByCode, setApplicationEnabled } from '../../../../src/domain/applications/applications/index.ts';
import { ArtifactStore } from '../../../../src/domain/records/protocol-artifacts/index.ts';
import { type ApplicationId, inTransaction, type Scope, type SessionId } from '../../../../src/domain/scope.ts';
import {
  endOwnSession,
  endSession,
  endSessionsOfUser,
  enqueueServiceProviderNotice,
  isNotified,
  listParticipants,
  listSessionsOfUser,
  noteNothingToTell,
  noteTold,
  notifyServiceProviderJob,
  recordParticipant,
} from '../../../../src/domain/sign-in/sessions/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { noNotices } from '../../../support/notices.ts';
import { makeKeys } from '../../../support/saml.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/sign-in/sessions: ending one', () => {
  const store = useStore();
  let payroll: ApplicationId;
  let mobile: ApplicationId;
  before(async () => {
    const idOf = async (code: string) => (await findApplicationByCode(store.scope, code))!.applicationId;
    [payroll, mobile] = [await idOf('payroll'), await idOf('mobile')];
  });
  const alive = async (userId: string) => (await listSessionsOfUser(store.scope, userId as never)).map(({ sessionId }) => sessionId);
  const join = (sessionId: SessionId, applicationId: ApplicationId, protocol: 'oidc' | 'saml' = 'oidc') =>
    recordParticipant(store.scope, sessionId, { applicationId, protocol, protocolSession: `${protocol} of ${sessionId}`, nameIds: [] });
  const notices = async (sessionId: SessionId) =>
    (await store.queued('notify-relying-party'))
      .filter((notice) => notice.sessionId === sessionId)
      .map(({ participant }) => (participant as { applicationId: ApplicationId }).applicationId);

  it('ends it once, and each OIDC application that joined is told by a job of its own; SAML’s are told through the browser', async () => {
    const { userId } = await store.person();
    const sessionId = await store.session(userId);
    await join(sessionId, payroll);
    await join(sessionId, mobile);
    const types = await store.eventsOf(async () => {
      expect(await endSession(store.scope, sessionId, 'replaced')).to.equal(true);
    });
    expect(types).to.deep.equal(['session.ended']);
    expect((await eventsOf(store.scope, { type: 'session.ended' })).at(-1)).to.include({ subjectId: sessionId, reason: 'replaced' });
    expect(await alive(userId)).to.deep.equal([]);
    expect(await notices(sessionId)).to.have.members([payroll, mobile]);
    const mixed = await store.session(userId);
    await join(mixed, payroll);
    await join(mixed, mobile, 'saml');
    await endSession(store.scope, mixed, 'signed-out');
    expect(await notices(mixed)).to.deep.equal([payroll]);
    expect(await store.unchanged(() => endSession(store.scope, sessionId, 'signed-out')), 'it has ended already').to.equal(false);
    const foreign = await store.session(userId);
    for (const id of [unknownId as SessionId, foreign])
      expect(await store.unchanged(() => endSession(store.other, id, 'signed-out'))).to.equal(false);
  });

  it('an application that is told by SOAP has a job of its own, in which its name for the person cannot be read; switched off, or without an address, it has none', async () => {
    const partner = async (code: string, more: object = {}) => {
      const assertionConsumerServices = [{ url: `https://${code}.example/acs` }];
      const saml = { entityId: `https://${code}.example`, assertionConsumerServices, ...more };
      return (await createApplication(store.scope, { code, name: code, saml })).applicationId;
    };
    const bySoap = (code: string) => ({ soapLogoutUrl: `https://${code}.example/soap`, signingCertificates: [makeKeys().certificate] });
    const [soap, off, plain] = [await partner('soap', bySoap('soap')), await partner('off', bySoap('off')), await partner('plain')];
    await setApplicationEnabled(store.scope, off, false);
    const nameId = { format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress', value: 'ana@acme.example' };
    const { userId } = await store.person();
    const sessionId = await store.session(userId);
    for (const applicationId of [soap, off, plain])
      await recordParticipant(store.scope, sessionId, { applicationId, protocol: 'saml', protocolSession: 'index', nameIds: [nameId] });
    await endSession(store.scope, sessionId, 'user.blocked');
    const queued = await store.queued('notify-service-provider');
    expect(queued.map(({ applicationId }) => applicationId)).to.deep.equal([soap]);
    expect(JSON.stringify(queued)).not.to.contain('acme.example');
    const told: unknown[] = [];
    const tellServiceProvider = async (_: Scope, notice: unknown) => void told.push(notice);
    await notifyServiceProviderJob.run(() => store.scope, queued[0], { ...noNotices, tellServiceProvider }, { isLast: false });
    expect(told).to.deep.equal([{ sessionId, applicationId: soap, sessionIndex: 'index', nameId }]);
    await enqueueServiceProviderNotice(store.scope, { sessionId, applicationId: soap, sessionIndex: 'index', nameId }, new Date());
    expect(await store.queued('notify-service-provider'), 'the one that waits is replaced').to.have.length(1);
    const isTold = () => isNotified(store.scope, sessionId, soap, 'saml');
    expect(await isTold()).to.equal(false);
    await noteTold(store.scope, sessionId, { applicationId: soap, name: 'soap' }, 'saml');
    expect(await isTold()).to.equal(true);
    expect(await isNotified(store.scope, sessionId, soap, 'oidc'), 'it is not in it').to.equal(false);
  });

  it('a person signs out of a session of their own, and of nobody else’s', async () => {
    const [ana, bia] = [await store.person(), await store.person()];
    const [own, other] = [await store.session(ana.userId), await store.session(bia.userId)];
    await store.unchanged(() => endOwnSession(store.scope, ana.userId, other));
    await store.unchanged(() => endOwnSession(store.scope, ana.userId, unknownId as SessionId));
    expect(await store.eventsOf(() => endOwnSession(store.scope, ana.userId, own))).to.deep.equal(['sign-out.completed']);
    expect([await alive(ana.userId), await alive(bia.userId)]).to.deep.equal([[], [other]]);
  });

  it('all of a person’s sessions end but the one that may go on, and with them what applications may do without one', async () => {
    const [ana, bia] = [await store.person(), await store.person()];
    const sessions = [await store.session(ana.userId), await store.session(ana.userId), await store.session(ana.userId)];
    const other = await store.session(bia.userId);
    const artifacts = new ArtifactStore(store.database);
    const { contextId } = store.scope;
    for (const [id, accountId] of [
      ['of ana', ana.userId],
      ['of bia', bia.userId],
    ] as const) {
      const payload = { accountId, clientId: 'payroll' };
      await artifacts.save({ contextId, kind: 'Grant', id, payload, expiresAt: new Date(Date.now() + 3_600_000) });
    }
    const types = await store.eventsOf(async () => {
      expect(await endSessionsOfUser(store.scope, ana.userId, 'password-changed', sessions[1])).to.equal(2);
    });
    expect(types).to.deep.equal(['session.ended', 'session.ended']);
    expect([await alive(ana.userId), await alive(bia.userId)]).to.deep.equal([[sessions[1]], [other]]);
    expect(await artifacts.find(contextId, 'Grant', 'of ana')).to.equal(undefined);
    expect(await artifacts.find(contextId, 'Grant', 'of bia')).not.to.equal(undefined);
    expect(await endSessionsOfUser(store.scope, ana.userId, 'user.blocked')).to.equal(1);
    expect(await store.unchanged(() => endSessionsOfUser(store.scope, ana.userId, 'user.blocked'))).to.equal(0);
  });

  it('who was told is not told again, and the audit says who was; who had nothing to hear is passed over', async () => {
    const sessionId = await store.session((await store.person()).userId);
    await join(sessionId, payroll);
    await join(sessionId, mobile);
    await join(sessionId, mobile, 'saml');
    const told = () => noteTold(store.scope, sessionId, { applicationId: payroll, name: 'Payroll' });
    expect(await store.eventsOf(told)).to.deep.equal(['application.notified-of-sign-out']);
    expect((await eventsOf(store.scope, { type: 'application.notified-of-sign-out' })).at(-1)).to.deep.include({
      subjectId: payroll,
      details: { session: sessionId },
    });
    const left = async () =>
      (await listParticipants(store.scope, sessionId)).map(({ applicationId, protocol }) => [applicationId, protocol]);
    expect(await left()).to.have.deep.members([
      [mobile, 'oidc'],
      [mobile, 'saml'],
    ]);
    expect(await store.eventsOf(() => noteNothingToTell(store.scope, sessionId, mobile, 'saml'))).to.deep.equal([]);
    expect(await left()).to.deep.equal([[mobile, 'oidc']]);
    await store.unchanged(() => noteNothingToTell(store.other, sessionId, mobile, 'oidc'));
    await endSession(store.scope, sessionId, 'signed-out');
    expect(await notices(sessionId), 'only who is left').to.deep.equal([mobile]);
  });

  it('the end of a session, its event and the notices stand or fall together', async () => {
    const { userId } = await store.person();
    const sessionId = await store.session(userId);
    await join(sessionId, payroll);
    await store.session(userId);
    await store.inOneTransaction((scope) => endSession(scope, sessionId, 'signed-out'));
    await store.inOneTransaction((scope) => endOwnSession(scope, userId, sessionId));
    await store.inOneTransaction((scope) => endSessionsOfUser(scope, userId, 'user.deactivated'));
    await store.inOneTransaction((scope: Scope) => noteTold(scope, sessionId, { applicationId: payroll, name: 'Payroll' }));
    const inside = (scope: Scope) => noteNothingToTell(scope, sessionId, payroll, 'oidc');
    expect(await store.inCallersTransaction((scope) => inTransaction(scope, inside))).to.equal(0);
  });
});
