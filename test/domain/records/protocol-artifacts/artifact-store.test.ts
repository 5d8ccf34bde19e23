import { expect } from 'chai';
import { type ArtifactSave, ArtifactStore } from '../../../../src/domain/records/protocol-artifacts/index.ts';
import { endSession } from '../../../../src/domain/sign-in/sessions/index.ts';
import { hashToken } from '../../../../src/platform/crypto/index.ts';
import { limitsOfRequests, openDatabase } from '../../../../src/platform/database/index.ts';
import { useStore } from '../../../support/use-cases.ts';

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);

describe('domain/records/protocol-artifacts', () => {
  const store = useStore();
  let artifacts: ArtifactStore;
  /** As another process has it: what one batches the other knows nothing of. */
  let another: ArtifactStore;
  before(() => {
    artifacts = new ArtifactStore(store.database);
    another = new ArtifactStore(store.database);
  });
  const key = (kind: string, id: string, contextId = store.scope.contextId) => ({ contextId, kind, id });
  const artifact = (kind: string, id: string, payload: ArtifactSave['payload'] = {}, more: Partial<ArtifactSave> = {}): ArtifactSave => ({
    ...key(kind, id),
    payload,
    expiresAt: inMinutes(5),
    ...more,
  });
  const save = (...parts: Parameters<typeof artifact>) => artifacts.save(artifact(...parts));
  const find = (kind: string, id: string, contextId = store.scope.contextId) => artifacts.find(contextId, kind, id);
  const isKept = async (kind: string, id: string, contextId?: typeof store.scope.contextId) => Boolean(await find(kind, id, contextId));
  const expired = { expiresAt: inMinutes(-1) };

  it('what is kept comes back by its kind, id and company, and only so', async () => {
    const payload = { scope: 'openid', name: 'सीता 李 Zoë', list: [1, null, { a: true }] };
    await save('AccessToken', 'kept', payload);
    expect(await find('AccessToken', 'kept')).to.deep.include({ payload, consumedAt: undefined, grant: undefined, session: undefined });
    await store.unchanged(async () => {
      expect(await find('RefreshToken', 'kept')).to.equal(undefined);
      expect(await find('AccessToken', 'kept ')).to.equal(undefined);
      expect(await find('AccessToken', 'kept', store.other.contextId)).to.equal(undefined);
    });
    await save('AccessToken', 'kept', { state: 'a\0b\ud800' });
    expect((await find('AccessToken', 'kept'))!.payload, 'replaced').to.deep.equal({ state: 'ab\ufffd' });
  });

  it('the id, which is the token itself, is nowhere in the store', async () => {
    await save('RefreshToken', 'secret-token', { grantId: 'secret-grant' }, { payload: {}, index: { grantId: 'secret-grant' } });
    const { rows } = await store.scope.db.raw('SELECT a::text AS row FROM oidc_artifacts a');
    expect(rows.length).to.be.greaterThan(0);
    expect(JSON.stringify(rows)).not.to.match(/secret-/);
  });

  it('what has expired is found in no way, and what has no end stays', async () => {
    const index = { uid: 'expired-uid', userCode: 'EXPI-RED' };
    await save('DeviceCode', 'expired', index, expired);
    const ways = [
      () => find('DeviceCode', 'expired'),
      () => artifacts.findByUid(store.scope.contextId, 'DeviceCode', 'expired-uid'),
      () => artifacts.findByUserCode(store.scope.contextId, 'EXPI-RED'),
    ];
    for (const way of ways) expect(await way()).to.equal(undefined);
    for (const expiresAt of [inMinutes(5), undefined]) {
      await save('DeviceCode', 'expired', index, { expiresAt });
      for (const way of ways) expect((await way())!.payload).to.deep.equal(index);
    }
  });

  it('a code typed at a device is found in its company alone', async () => {
    await save('DeviceCode', 'tv', { userCode: 'ABCD-EFGH' });
    await artifacts.save({
      ...artifact('DeviceCode', 'other tv', { userCode: 'ABCD-EFGH', of: 'other' }),
      contextId: store.other.contextId,
    });
    expect((await artifacts.findByUserCode(store.scope.contextId, 'ABCD-EFGH'))!.payload).to.deep.equal({ userCode: 'ABCD-EFGH' });
    expect((await artifacts.findByUserCode(store.other.contextId, 'ABCD-EFGH'))!.payload).to.have.property('of', 'other');
    expect(await artifacts.findByUserCode(store.scope.contextId, 'abcd-efgh')).to.equal(undefined);
  });

  it('RFC 6749 §4.1.2: a code buys once, in whichever process, and only who used it up is issued something', async () => {
    await save('AuthorizationCode', 'code');
    const tries = Array.from({ length: 8 }, (_, n) =>
      (n % 2 ? artifacts : another).exchange({
        consume: key('AuthorizationCode', 'code'),
        issues: [artifact('AccessToken', `access ${n}`), artifact('RefreshToken', `refresh ${n}`)],
      }),
    );
    const won = await Promise.all(tries);
    expect(won.filter(Boolean)).to.have.length(1);
    for (const [n, isFirst] of won.entries())
      for (const [kind, id] of [
        ['AccessToken', `access ${n}`],
        ['RefreshToken', `refresh ${n}`],
      ] as const)
        expect(await isKept(kind, id), `${id} of ${won.indexOf(true)}`).to.equal(isFirst);
    expect((await find('AuthorizationCode', 'code'))!.consumedAt).to.be.instanceOf(Date);
    await store.unchanged(() =>
      artifacts.exchange({ consume: key('AuthorizationCode', 'code'), issues: [artifact('AccessToken', 'late')] }),
    );
  });

  it('each of many exchanges at once has its own answer', async () => {
    for (const id of ['one', 'two', 'three']) await save('AuthorizationCode', id);
    await artifacts.save({ ...artifact('AuthorizationCode', 'foreign'), contextId: store.other.contextId });
    const consume = (id: string, kind = 'AuthorizationCode') => ({
      consume: key(kind, id),
      issues: [artifact('AccessToken', `for ${id}`)],
    });
    const answers = await Promise.all([
      artifacts.exchange(consume('unknown')),
      artifacts.exchange(consume('one')),
      artifacts.exchange({ issues: [artifact('ClientCredentials', 'without a price')] }),
      artifacts.exchange(consume('foreign')),
      artifacts.exchange(consume('two')),
      artifacts.exchange({ consume: key('RefreshToken', 'three'), issues: [artifact('AccessToken', 'another kind')] }),
    ]);
    expect(answers).to.deep.equal([false, true, true, false, true, false]);
    const kept = ['for unknown', 'for one', 'for foreign', 'for two', 'another kind'].map((id) => isKept('AccessToken', id));
    expect(await Promise.all(kept)).to.deep.equal([false, true, false, true, false]);
    expect(await isKept('ClientCredentials', 'without a price')).to.equal(true);
    expect((await find('AuthorizationCode', 'foreign', store.other.contextId))!.consumedAt).to.equal(undefined);
  });

  it('with a token come its grant and, if it is bound to one, its session', async () => {
    const { userId } = await store.person();
    const sessionId = await store.session(userId);
    await save('Grant', 'grant', { accountId: userId, clientId: 'payroll' });
    await save('Session', 'cookie', { uid: sessionId, accountId: userId });
    const token = { grantId: 'grant', accountId: userId, sessionUid: sessionId };
    await save('AccessToken', 'bound', { ...token, expiresWithSession: true });
    await save('AccessToken', 'offline', token);
    const grant = { accountId: userId, clientId: 'payroll' };
    expect(await find('AccessToken', 'bound')).to.deep.include({ grant, session: { uid: sessionId, accountId: userId } });
    expect(await find('AccessToken', 'offline')).to.deep.include({ grant, session: undefined });
    await endSession(store.scope, sessionId, 'signed-out');
    expect(await find('AccessToken', 'bound')).to.deep.include({ grant, session: undefined });
    await artifacts.remove(store.scope.contextId, 'Grant', 'grant');
    expect(await find('AccessToken', 'offline')).to.deep.include({ grant: undefined });
  });

  it('the library’s session ends with ours, by its cookie and by its id', async () => {
    const { userId } = await store.person();
    const sessionId = await store.session(userId);
    await save('Session', 'signed in', { uid: sessionId, accountId: userId });
    await save('Session', 'nobody yet', { uid: 'nobody yet' });
    await save('Session', 'without ours', { uid: 'no session of ours', accountId: userId });
    const byUid = () => artifacts.findByUid(store.scope.contextId, 'Session', sessionId);
    expect([await isKept('Session', 'signed in'), await isKept('Session', 'nobody yet'), Boolean(await byUid())]).to.deep.equal([
      true,
      true,
      true,
    ]);
    expect(await isKept('Session', 'without ours')).to.equal(false);
    expect(await artifacts.findByUid(store.other.contextId, 'Session', sessionId)).to.equal(undefined);
    await endSession(store.scope, sessionId, 'signed-out');
    expect([await isKept('Session', 'signed in'), Boolean(await byUid())]).to.deep.equal([false, false]);
    const late = await store.session(userId);
    await save('Session', 'late', { uid: late, accountId: userId });
    await store.scope
      .db('sessions')
      .where('session_id', late)
      .update({ expires_at: inMinutes(-1) });
    expect(await isKept('Session', 'late'), 'ours has expired').to.equal(false);
  });

  it('two tabs that open applications at once both stay in the session; of anything else the last save counts', async () => {
    const opened = (id: string) => ({ uid: 'tabs', last: id, authorizations: { [id]: { sid: id } } });
    await save('Session', 'tabs', { uid: 'tabs' });
    await Promise.all([save('Session', 'tabs', opened('a')), save('Session', 'tabs', opened('b'))]);
    await another.save(artifact('Session', 'tabs', opened('c')));
    const authorizations = { a: { sid: 'a' }, b: { sid: 'b' }, c: { sid: 'c' } };
    expect((await find('Session', 'tabs'))!.payload).to.deep.equal({ uid: 'tabs', last: 'c', authorizations });
    await Promise.all([save('Interaction', 'tabs', opened('a')), save('Interaction', 'tabs', opened('b'))]);
    expect((await find('Interaction', 'tabs'))!.payload).to.deep.equal(opened('b'));
  });

  it('a proof is taken once, in whichever process, until it has ended', async () => {
    const once = (id = 'jti', until = inMinutes(5), { contextId } = store.scope, of = artifacts) =>
      of.insertOnce(contextId, 'ReplayDetection', id, { iss: 'payroll' }, until);
    const tries = [1, 2, 3, 4].map((n) => once('jti', inMinutes(5), store.scope, n % 2 ? artifacts : another));
    expect((await Promise.all(tries)).filter(Boolean)).to.have.length(1);
    await store.unchanged(async () => expect(await once()).to.equal(false));
    expect([await once('another'), await once('jti', inMinutes(5), store.other)]).to.deep.equal([true, true]);
    expect([await once('short', inMinutes(-1)), await once('short'), await once('short')]).to.deep.equal([true, true, false]);
  });

  it('the end of what is in use is moved, here and in the payload, and of nothing else', async () => {
    const until = Math.floor(Date.now() / 1000) + 3600;
    const prolong = (id: string, kind = 'RefreshToken') => artifacts.prolong(store.scope.contextId, kind, id, until);
    for (const id of ['in use', 'used up']) await save('RefreshToken', id, { exp: 1, scope: 'openid' });
    await artifacts.save({ ...artifact('RefreshToken', 'in use', { exp: 1 }), contextId: store.other.contextId });
    await artifacts.exchange({ consume: key('RefreshToken', 'used up'), issues: [] });
    await prolong('in use');
    expect((await find('RefreshToken', 'in use'))!.payload).to.deep.equal({ exp: until, scope: 'openid' });
    const ends = store.scope.db('oidc_artifacts').whereRaw('expires_at = to_timestamp(?)', [until]);
    expect(await ends).to.have.length(1);
    await store.unchanged(async () => {
      for (const id of ['used up', 'unknown']) await prolong(id);
      await prolong('in use', 'AccessToken');
    });
    await prolong('used up');
    expect((await find('RefreshToken', 'used up'))!.payload, 'what was used stays over').to.include({ exp: 1 });
  });

  it('a removal takes what it names and nothing else', async () => {
    for (const id of ['a', 'b']) for (const kind of ['AccessToken', 'RefreshToken']) await save(kind, id);
    await artifacts.save({ ...artifact('AccessToken', 'a'), contextId: store.other.contextId });
    await artifacts.remove(store.scope.contextId, 'AccessToken', 'a');
    await store.unchanged(() => artifacts.remove(store.scope.contextId, 'AccessToken', 'a'));
    expect(await isKept('AccessToken', 'a')).to.equal(false);
    expect([await isKept('AccessToken', 'b'), await isKept('RefreshToken', 'a')]).to.deep.equal([true, true]);
    expect(await isKept('AccessToken', 'a', store.other.contextId)).to.equal(true);
  });

  it('what was issued under a grant goes with it, and sessions do not', async () => {
    const under = (grantId: string) => ({ grantId, uid: `uid of ${grantId}` });
    const kinds = ['AuthorizationCode', 'AccessToken', 'RefreshToken', 'Session', 'Interaction'];
    // at once, as two people's are that share a statement
    await Promise.all(kinds.flatMap((kind) => ['g1', 'g2'].map((grant) => save(kind, `${kind} ${grant}`, under(grant)))));
    await artifacts.save({ ...artifact('AccessToken', 'AccessToken g1', under('g1')), contextId: store.other.contextId });
    await save('RefreshToken', 'sealed', { sealed: '…' }, { index: under('g1') });
    await artifacts.removeByGrant(store.scope.contextId, 'g1');
    expect(await isKept('RefreshToken', 'sealed'), 'whose grant the payload does not say').to.equal(false);
    const left = await Promise.all(kinds.map((kind) => isKept(kind, `${kind} g1`)));
    expect(left).to.deep.equal([false, false, false, true, true]);
    for (const kind of kinds) expect(await isKept(kind, `${kind} g2`), kind).to.equal(true);
    expect(await isKept('AccessToken', 'AccessToken g1', store.other.contextId)).to.equal(true);
  });

  it('what the database refuses fails alone, and what was sent with it is kept', async () => {
    const saves = [save('AccessToken', 'good'), save('AccessToken', 'bad', { accountId: 'no id' }), save('AccessToken', 'good too')];
    expect((await Promise.allSettled(saves)).map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    expect([
      await isKept('AccessToken', 'good'),
      await isKept('AccessToken', 'bad'),
      await isKept('AccessToken', 'good too'),
    ]).to.deep.equal([true, false, true]);
  });

  it('a thousand at once each find their own', async () => {
    const ids = Array.from({ length: 1000 }, (_, n) => `many ${n}`);
    await Promise.all(ids.map((id) => save('AccessToken', id, { id })));
    const found = await Promise.all(ids.map((id) => find('AccessToken', id)));
    expect(found.map((one) => one?.payload.id)).to.deep.equal(ids);
  });

  it('a row that somebody holds keeps its own caller waiting, and nobody who was saved with it', async () => {
    const seconds = 1;
    const database = openDatabase(store.database.url, 4, limitsOfRequests(seconds));
    try {
      const patient = new ArtifactStore(database);
      const ids = Array.from({ length: 12 }, (_, n) => `beside-${n}`);
      await Promise.all(ids.map((id) => save('Interaction', id, { n: 1 })));
      const saveAll = () => Promise.allSettled(ids.map((id) => patient.save(artifact('Interaction', id, { n: 2 }))));
      const begun = performance.now();
      const results = await store.database.knex.transaction(async (trx) => {
        await trx('oidc_artifacts')
          .where({ kind: 'Interaction', id_hash: hashToken('beside-3') })
          .forUpdate()
          .select('kind');
        return saveAll();
      });
      expect(results.flatMap((result, n) => (result.status === 'rejected' ? [ids[n], result.reason.code] : []))).to.deep.equal([
        'beside-3',
        '55P03',
      ]);
      expect(performance.now() - begun, 'in all, ms').to.be.at.least(seconds * 1000 * 0.9);
      const found = await Promise.all(ids.map((id) => find('Interaction', id)));
      expect(found.map((one) => one!.payload.n)).to.deep.equal(ids.map((id) => (id === 'beside-3' ? 1 : 2)));
    } finally {
      await database.close();
    }
  });
});
