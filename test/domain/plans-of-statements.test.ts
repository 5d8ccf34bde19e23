import { expect } from 'chai';
import { createAccessFinder } from '../../src/domain/applications/access/index.ts';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import { ArtifactStore } from '../../src/domain/records/protocol-artifacts/index.ts';
import { createSessionFinder } from '../../src/domain/sign-in/sessions/index.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import type { Database } from '../../src/platform/database/index.ts';
import { plansOf } from '../support/plans.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

describe('store: the plans of hot statements', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  it('find every row by its whole key, however many the context has', async () => {
    const scope = await server.scope();
    const { contextId, db } = scope;
    const { userId } = (await findUserByLogin(scope, 'jsilva'))!;
    const { applicationId } = (await findApplicationByCode(scope, 'payroll'))!;
    await db.raw(
      `INSERT INTO sessions (context_id, session_id, token_hash, user_id, amr, authenticated_at, created_at, seen_at, expires_at, ip, user_agent)
       SELECT :contextId, gen_random_uuid(), decode(md5(i::text), 'hex'), :userId, '{pwd}', now(), now(), now(), now() + interval '1 hour', '', '' FROM generate_series(1, 3000) i`,
      { contextId, userId },
    );
    await db.raw(
      `INSERT INTO oidc_artifacts (context_id, kind, id_hash, payload, grant_key, uid, account_id, expires_at)
       SELECT :contextId, (ARRAY['Grant', 'Session', 'AccessToken', 'RefreshToken'])[1 + i % 4], decode(md5(i::text), 'hex'), '{}', decode(md5((i / 4)::text), 'hex'), i::text, :userId, now() + interval '1 hour'
       FROM generate_series(1, 8000) i`,
      { contextId, userId },
    );
    await db.raw('ANALYZE');

    const seen = new Map<string, string>();
    const run: Database['run'] = (name, text, values) => {
      seen.set(name, text);
      return server.app.services.database.run(name, text, values);
    };
    const recording: Database = { ...server.app.services.database, run, runBatch: run };
    const artifacts = new ArtifactStore(recording);
    const save = { contextId, kind: 'AccessToken', id: 'a', payload: { grantId: 'g' }, expiresAt: undefined };
    await artifacts.save(save);
    await artifacts.exchange({ consume: { contextId, kind: 'AccessToken', id: 'a' }, issues: [{ ...save, id: 'b' }] });
    await artifacts.find(contextId, 'AccessToken', 'a');
    await artifacts.prolong(contextId, 'RefreshToken', 'a', 1);
    await artifacts.findByUid(contextId, 'Session', 'x');
    await artifacts.findByUserCode(contextId, 'x');
    await artifacts.removeByGrant(contextId, 'x');
    await artifacts.remove(contextId, 'AccessToken', 'a');
    await createAccessFinder(recording)(contextId, userId, applicationId);
    await createSessionFinder(recording, systemClock, server.app.services.findPolicy)(contextId, 'x');
    expect([...seen.keys()]).to.have.members([
      'artifact-save',
      'artifact-exchange',
      'artifact-find',
      'artifact-prolong',
      'artifact-by-uid',
      'artifact-by-user-code',
      'artifact-remove-by-grant',
      'artifact-remove',
      'access-facts',
      'session-find',
    ]);

    for (const { name, plan } of await plansOf(server.databaseUrl, seen)) {
      expect(plan, name).to.not.contain('Seq Scan');
      if (name !== 'artifact-exchange') expect(plan, name).to.not.contain('hashed SubPlan'); // there it is over what the statement itself used up
      for (const [scan, table, condition] of plan.matchAll(
        /Index (?:Only )?Scan using \w+ on (oidc_artifacts|sessions|users|application_users|group_members|application_groups)\b[^\n]*\n\s*Index Cond: ([^\n]*)/g,
      ))
        expect(condition, `${name}: ${table}\n${scan}`).to.contain(' AND ');
    }
  });
});
