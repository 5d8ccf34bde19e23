import { expect } from 'chai';
import { createApplication, setApplicationEnabled } from '../../../../src/domain/applications/applications/index.ts';
import { ArtifactStore } from '../../../../src/domain/records/protocol-artifacts/index.ts';
import type { ApplicationId, SessionId } from '../../../../src/domain/scope.ts';
import { recordParticipant } from '../../../../src/domain/sign-in/sessions/index.ts';
import {
  endSessionsForPartner,
  findLogoutOfRequest,
  findLogoutOfSession,
  findSingleLogout,
  openSingleLogout,
  recordAnswer,
  type SingleLogout,
  saveSingleLogout,
  signOut,
} from '../../../../src/domain/sign-in/single-logout/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { makeKeys } from '../../../support/saml.ts';
import { useStore } from '../../../support/use-cases.ts';

const ending = { kind: 'signed-out' } as const;
const nameId = { format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress', value: 'ana@acme.example' };

describe('domain/sign-in/single-logout', () => {
  const store = useStore();
  let artifacts: ArtifactStore;
  let partners: Record<'tells' | 'deaf' | 'off' | 'soap', ApplicationId>;
  before(async () => {
    artifacts = new ArtifactStore(store.database);
    const partner = async (code: string, hasAddress: boolean, more: object = {}) => {
      const singleLogoutServices = hasAddress ? [{ binding: 'redirect', url: `https://${code}.example/slo` }] : [];
      const saml = {
        entityId: `https://${code}.example`,
        assertionConsumerServices: [{ url: `https://${code}.example/acs` }],
        singleLogoutServices,
        ...more,
      };
      return (await createApplication(store.scope, { code, name: code, navigable: true, saml })).applicationId;
    };
    const bySoap = { soapLogoutUrl: 'https://soap.example/soap', signingCertificates: [makeKeys().certificate] };
    partners = {
      tells: await partner('tells', true),
      deaf: await partner('deaf', false),
      off: await partner('off', true),
      soap: await partner('soap', false, bySoap),
    };
    await setApplicationEnabled(store.scope, partners.off, false);
  });
  const join = (sessionId: SessionId, applicationId: ApplicationId, protocol: 'saml' | 'oidc' = 'saml') =>
    recordParticipant(store.scope, sessionId, {
      applicationId,
      protocol,
      protocolSession: `index ${applicationId}`,
      nameIds: protocol === 'saml' ? [nameId] : [],
    });
  async function session(...joined: ApplicationId[]): Promise<SessionId> {
    const sessionId = await store.session((await store.person()).userId);
    for (const applicationId of joined) await join(sessionId, applicationId);
    return sessionId;
  }
  const open = (sessionIds: SessionId[], except?: ApplicationId) => openSingleLogout(store.scope, artifacts, sessionIds, ending, except);
  const find = (logoutId: string) => findSingleLogout(store.scope, artifacts, logoutId);
  const asked = (logout: SingleLogout): SingleLogout => ({ ...logout, steps: logout.steps.map((step) => ({ ...step, state: 'asked' })) });

  it('where no service provider joined, or only the one that asked, nobody is told and nothing is written', async () => {
    const byOidc = await session();
    await join(byOidc, partners.tells, 'oidc');
    const alone = await session(partners.tells);
    await store.unchanged(async () => {
      expect(await open([])).to.equal(undefined);
      expect(await open([byOidc])).to.equal(undefined);
      expect(await open([alone], partners.tells)).to.equal(undefined);
    });
  });

  it('a sign-out ends the session, and gathers whom to tell before', async () => {
    const [joined, alone] = [await session(partners.tells), await session()];
    expect((await signOut(store.scope, artifacts, joined, { kind: 'signed-out' }))!.steps).to.have.length(1);
    expect(await signOut(store.scope, artifacts, alone, { kind: 'signed-out' })).to.equal(undefined);
    const ended = await store.scope.db('sessions').whereIn('session_id', [joined, alone]).pluck('end_reason');
    expect(ended).to.deep.equal(['signed-out', 'signed-out']);
  });

  it('every service provider of every session is a step; one that cannot be told has failed already', async () => {
    const sessionIds = [await session(partners.tells, partners.deaf), await session(partners.tells, partners.off)];
    const logout = (await open(sessionIds))!;
    const steps = logout.steps.map(({ applicationId, sessionId, state }) => [applicationId, sessionId, state]);
    expect(steps).to.have.deep.members([
      [partners.tells, sessionIds[0], 'waiting'],
      [partners.deaf, sessionIds[0], 'failed'],
      [partners.tells, sessionIds[1], 'waiting'],
      [partners.off, sessionIds[1], 'failed'],
    ]);
    const bySoap = await session(partners.soap);
    expect(
      (await open([bySoap]))!.steps.map(({ state }) => state),
      'by SOAP alone',
    ).to.deep.equal(['waiting']);
    expect(new Set(logout.steps.map(({ requestId }) => requestId)).size).to.equal(4);
    expect(logout.steps[0]).to.deep.include({ nameId, sessionIndex: `index ${logout.steps[0]!.applicationId}` });
    expect(await find(logout.logoutId)).to.deep.equal(logout);
    for (const { requestId } of logout.steps) expect(await findLogoutOfRequest(store.scope, artifacts, requestId)).to.deep.equal(logout);
  });

  it('an answer is kept, also when another tab saves what it had read before', async () => {
    const [first, second] = [await session(partners.tells), await session(partners.tells)];
    const logout = asked((await open([first, second]))!);
    await saveSingleLogout(store.scope, artifacts, logout);
    await recordAnswer(store.scope, artifacts, logout, logout.steps[0]!, true);
    await saveSingleLogout(store.scope, artifacts, logout);
    await recordAnswer(store.scope, artifacts, logout, logout.steps[1]!, false);
    expect((await find(logout.logoutId))!.steps.map(({ state }) => state)).to.deep.equal(['done', 'failed']);
  });

  it('an answer lets those behind it that are silent be asked again, and none before it', async () => {
    const logout = asked((await open([await session(partners.tells), await session(partners.tells), await session(partners.tells)]))!);
    await saveSingleLogout(store.scope, artifacts, logout);
    await recordAnswer(store.scope, artifacts, logout, logout.steps[1]!, true);
    expect((await find(logout.logoutId))!.steps.map(({ state }) => state)).to.deep.equal(['asked', 'done', 'waiting']);
  });

  it('each session of a logout finds it, the last of several, and in its own company alone', async () => {
    const sessionIds = [await session(partners.tells), await session(partners.deaf)];
    expect(await findLogoutOfSession(store.scope, artifacts, sessionIds[0]!)).to.equal(undefined);
    await open(sessionIds);
    const logout = await open(sessionIds);
    for (const id of sessionIds) expect(await findLogoutOfSession(store.scope, artifacts, id)).to.deep.equal(logout);
    expect(await findLogoutOfSession(store.other, artifacts, sessionIds[0]!)).to.equal(undefined);
  });

  it('an answer of who was not asked changes nothing', async () => {
    const logout = (await open([await session(partners.tells)]))!;
    await recordAnswer(store.scope, artifacts, logout, logout.steps[0]!, true);
    expect((await find(logout.logoutId))!.steps[0]!.state).to.equal('waiting');
  });

  it('another company, another id, and a browser that comes too late find nothing', async () => {
    const logout = (await open([await session(partners.tells)]))!;
    const [{ requestId }] = logout.steps as [SingleLogout['steps'][number]];
    expect(await findSingleLogout(store.other, artifacts, logout.logoutId)).to.equal(undefined);
    expect(await findLogoutOfRequest(store.other, artifacts, requestId)).to.equal(undefined);
    for (const wrong of ['', 'x'.repeat(43), requestId]) expect(await find(wrong)).to.equal(undefined);
    for (const wrong of ['', 'x'.repeat(33), logout.logoutId])
      expect(await findLogoutOfRequest(store.scope, artifacts, wrong)).to.equal(undefined);
    await store.scope.db('oidc_artifacts').update({ expires_at: new Date(Date.now() - 1000) });
    expect(await find(logout.logoutId)).to.equal(undefined);
    expect(await findLogoutOfRequest(store.scope, artifacts, requestId)).to.equal(undefined);
  });

  it('a service provider that asked ends the sessions in its own name, and all of them or none', async () => {
    const sessionIds = [await session(partners.tells, partners.deaf), await session(partners.tells)];
    const partner = { applicationId: partners.tells, name: 'The partner' };
    await store.inOneTransaction((scope) => endSessionsForPartner(scope, partner, sessionIds));
    const before = (await eventsOf(store.scope)).map(({ id }) => id);
    await endSessionsForPartner(store.scope, partner, sessionIds);
    const events = (await eventsOf(store.scope)).filter(({ id }) => !before.includes(id));
    expect(events.map(({ type, actor }) => [type, actor.name])).to.deep.equal([
      ['sign-out.completed', 'The partner'],
      ['sign-out.completed', 'The partner'],
    ]);
    for (const sessionId of sessionIds) {
      const row = await store.scope.db('sessions').where('session_id', sessionId).first('ended_at', 'end_reason');
      expect(row).to.include({ end_reason: 'signed-out' });
    }
    const notified = await store.scope.db('session_participants').whereIn('session_id', sessionIds).whereNotNull('notified_at');
    expect(notified.map(({ application_id }) => application_id)).to.deep.equal([partners.tells, partners.tells]);
    expect(await store.eventsOf(() => endSessionsForPartner(store.scope, partner, sessionIds)), 'once').to.deep.equal([]);
  });
});
