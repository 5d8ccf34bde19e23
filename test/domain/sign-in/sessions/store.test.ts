import { expect } from 'chai';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { endSession, startSession } from '../../../../src/domain/sign-in/sessions/index.ts';
import { startTestServer, type TestServer } from '../../../support/server.ts';

describe('store: sessions', () => {
  let server: TestServer;
  let now = new Date('2026-12-01T08:00:00Z');
  before(async () => {
    server = await startTestServer({ clock: { now: () => now } });
  });
  after(() => server.close());

  const limits = { idleSeconds: 7200, lifetimeSeconds: 12 * 3600, isKept: false, keepSeconds: 0 };
  const begin = async (previousToken?: string) => {
    const scope = await server.scope();
    const { userId } = (await findUserByLogin(scope, 'jsilva'))!;
    const previous = await server.app.services.findSession(scope.contextId, previousToken);
    const started = await inTransaction(scope, (inside) =>
      startSession(inside, { userId, amr: ['pwd'], authenticatedAt: now, ip: '', userAgent: '', ...limits }, previous),
    );
    return { scope, previous, ...started, find: () => server.app.services.findSession(scope.contextId, started.token) };
  };
  const wait = (minutes: number) => {
    now = new Date(now.getTime() + minutes * 60_000);
  };

  it('a new sign-in of the same person keeps the session, changes its token and renews its lifetime', async () => {
    const first = await begin();
    for (let i = 0; i < 11; i++) {
      wait(60);
      expect(await first.find(), `after ${i + 1} hours of use`).not.to.equal(undefined);
    }
    const again = await begin(first.token);
    expect(again.sessionId).to.equal(first.sessionId);
    expect(await first.find(), 'the old token is worth nothing').to.equal(undefined);
    wait(90);
    expect(await again.find(), 'past the first sign-in’s twelve hours').not.to.equal(undefined);
  });

  it('ends after two idle hours, and after its lifetime whatever its use', async () => {
    const idle = await begin();
    wait(121);
    expect(await idle.find()).to.equal(undefined);
    const used = await begin();
    for (let i = 0; i < 11; i++) {
      wait(60);
      await used.find();
    }
    wait(61);
    expect(await used.find()).to.equal(undefined);
  });

  it('a session that ended meanwhile is not revived by a new sign-in', async () => {
    const first = await begin();
    const scope = await server.scope();
    const { userId } = (await findUserByLogin(scope, 'jsilva'))!;
    const previous = (await first.find())!;
    await endSession(scope, first.sessionId, 'password-changed');
    const second = await inTransaction(scope, (inside) =>
      startSession(inside, { userId, amr: ['pwd'], authenticatedAt: now, ip: '', userAgent: '', ...limits }, previous),
    );
    expect(second.sessionId).not.to.equal(first.sessionId);
    expect(await server.app.services.findSession(scope.contextId, second.token)).not.to.equal(undefined);
  });
});
