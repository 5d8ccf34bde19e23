import { expect } from 'chai';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { ArtifactStore } from '../../../../src/domain/records/protocol-artifacts/index.ts';
import { type ApplicationId, inTransaction, type Scope, type SessionId } from '../../../../src/domain/scope.ts';
import {
  endOwnSession,
  endSession,
  endSessionsOfUser,
  listParticipants,
  listSessionsOfUser,
  noteNothingToTell,
  noteTold,
  recordParticipant,
} from '../../../../src/domain/sign-in/sessions/index.ts';
import { eventsOf } from '../../../support/audit.ts';
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
