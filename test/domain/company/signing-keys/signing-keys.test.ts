import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { expect } from 'chai';
import {
  createSigningKeys,
  listSigningKeys,
  loadSigningKeys,
  rotateSigningKeys,
} from '../../../../src/domain/company/signing-keys/index.ts';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import { ChangeListener } from '../../../../src/platform/database/index.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { eventually } from '../../../support/process.ts';
import { useStore } from '../../../support/use-cases.ts';

const weekMs = 7 * 24 * 3600 * 1000;

describe('domain/company/signing-keys', () => {
  const store = useStore();
  const create = (scope: Scope) => inTransaction(scope, createSigningKeys);
  const stages = async (scope = store.scope) => (await listSigningKeys(scope)).map(({ alg, status }) => `${alg} ${status}`).toSorted();
  const kidOf = async (stage: string) => (await listSigningKeys(store.scope)).find(({ alg, status }) => stage === `${alg} ${status}`)!.kid;
  const signers = async () => [await kidOf('ES256 signing'), await kidOf('RS256 signing')];
  const published = async (scope = store.scope) => (await loadSigningKeys(scope)).map(({ kid }) => kid);
  const forget = ({ db, contextId }: Scope) => db('signing_keys').where('context_id', contextId).delete();
  const begun = ['ES256 published', 'ES256 signing', 'RS256 published', 'RS256 signing'];
  /** Each test begins as a company does. */
  beforeEach(async () => {
    await forget(store.scope);
    await create(store.scope);
  });

  it('a company begins with a key that signs and one that is shown ahead, of each kind', async () => {
    await forget(store.scope);
    const types = await store.eventsOf(() => create(store.scope));
    expect(types).to.deep.equal(Array.from({ length: 4 }, () => 'signing-key.created'));
    expect(await stages()).to.deep.equal(begun);
    for (const { status, createdAt, signingSince } of await listSigningKeys(store.scope))
      if (status === 'published') expect(signingSince).to.equal(undefined);
      else expect(signingSince).to.be.greaterThanOrEqual(createdAt);
    expect((await published()).slice(0, 2), 'those that sign come first').to.have.members(await signers());
  });

  it('what a key signs its public part verifies, and its kid is its thumbprint (RFC 7638)', async () => {
    const rows = await store.scope.db('signing_keys').where('context_id', store.scope.contextId);
    const keys = await loadSigningKeys(store.scope);
    expect(keys).to.have.length(4);
    for (const key of keys) {
      const jwk = rows.find(({ kid }) => kid === key.kid)!.public_jwk as Record<string, string>;
      const members = key.alg === 'ES256' ? ['crv', 'kty', 'x', 'y'] : ['e', 'kty', 'n'];
      expect(jwk, 'nothing private').to.have.all.keys(...members, 'kid', 'alg', 'use');
      expect(jwk).to.include({ kid: key.kid, alg: key.alg, use: 'sig' });
      const thumbprint = createHash('sha256').update(JSON.stringify(Object.fromEntries(members.map((name) => [name, jwk[name]]))));
      expect(key.kid).to.equal(thumbprint.digest('base64url'));
      const signature = sign('sha256', Buffer.from('सीता'), createPrivateKey({ key, format: 'jwk' }));
      expect(verify('sha256', Buffer.from('सीता'), createPublicKey({ key: jwk, format: 'jwk' }), signature)).to.equal(true);
    }
  });

  it('the private part lies in the store sealed for its own key and company', async () => {
    const rows = store.scope.db('signing_keys').where('context_id', store.scope.contextId);
    for (const key of await loadSigningKeys(store.scope)) expect(JSON.stringify(await rows.clone())).not.to.contain(key.d);
    const [mine, theirs] = [(await published())[0]!, (await published(store.other))[0]!];
    const sealed = (kid: string) => store.scope.db('signing_keys').where({ kid });
    await sealed(mine).update((await sealed(theirs).first('private_jwk_encrypted'))!);
    const failure = await loadSigningKeys(store.scope).then(
      () => expect.fail('a key was moved'),
      (error: Error) => error,
    );
    expect(failure.message).to.contain('unable to authenticate');
  });

  it('a rotation signs with what was shown ahead, retires what signed, and shows the next', async () => {
    const next = [await kidOf('ES256 published'), await kidOf('RS256 published')];
    const [old, known, theirs] = [await signers(), await published(), await listSigningKeys(store.other)];
    store.wait(60);
    const types = await store.eventsOf(() => rotateSigningKeys(store.scope));
    expect(types).to.deep.equal(['signing-key.created', 'signing-key.created', 'signing-key.rotated']);
    expect(await stages()).to.deep.equal([...begun, 'ES256 retired', 'RS256 retired'].toSorted());
    expect(await signers()).to.deep.equal(next);
    expect([await kidOf('ES256 retired'), await kidOf('RS256 retired')]).to.deep.equal(old);
    expect((await published()).slice(0, 2), 'those that sign come first').to.have.members(next);
    expect(await published(), 'what was signed before can still be verified').to.include.members(known);
    for (const { status, createdAt, signingSince, retiredAt } of await listSigningKeys(store.scope)) {
      const since = { published: undefined, signing: signingSince, retired: retiredAt }[status];
      if (status === 'published') expect([signingSince, retiredAt]).to.deep.equal([undefined, undefined]);
      else expect(since!.getTime() - createdAt.getTime(), status).to.be.at.least(3_600_000);
    }
    expect(await listSigningKeys(store.other)).to.deep.equal(theirs);
  });

  it('no kid comes twice, however often keys are rotated, and each signed was shown first', async () => {
    const seen = new Set(await published());
    for (let n = 1; n <= 3; n++) {
      const shown = await published();
      await rotateSigningKeys(store.scope);
      expect(shown).to.include.members(await signers());
      for (const kid of await published()) seen.add(kid);
      expect(seen.size).to.equal(4 + 2 * n);
    }
    expect(await published()).to.have.length(10);
  });

  it('a retired key is shown for a week, and then only listed', async () => {
    const old = await signers();
    await rotateSigningKeys(store.scope);
    const retired = (await listSigningKeys(store.scope)).filter(({ status }) => status === 'retired');
    for (const { kid, retiredAt } of retired) {
      const shownAt = (ms: number) => published({ ...store.scope, clock: { now: () => new Date(retiredAt!.getTime() + ms) } });
      expect(await shownAt(weekMs - 1)).to.include(kid);
      expect(await shownAt(weekMs)).not.to.include(kid);
    }
    store.wait(7 * 24 * 60 + 1);
    expect(await published())
      .to.have.length(4)
      .and.not.include.members(old);
    expect((await listSigningKeys(store.scope)).map(({ kid }) => kid)).to.include.members(old);
    await rotateSigningKeys(store.scope);
    expect(await published(), 'those retired now are shown').to.have.length(6);
  });

  it('of two who ask for a rotation at once, or one after another, one rotates', async () => {
    const shown = await signers();
    const second = await meanwhile(
      store,
      (inside) => rotateSigningKeys(inside, shown),
      () => rotateSigningKeys(store.scope, shown),
    );
    expect(second).to.equal('changed_meanwhile');
    for (const seen of [shown, [], (await signers()).slice(0, 1), (await signers()).slice(1), [await kidOf('ES256 published')]])
      await store.refused('changed_meanwhile', () => rotateSigningKeys(store.scope, seen));
    await rotateSigningKeys(store.scope, [...(await signers()), ...shown]);
    const before = (await stages()).length;
    await meanwhile(
      store,
      (inside) => rotateSigningKeys(inside),
      () => rotateSigningKeys(store.scope),
    );
    expect(await stages(), 'an operator means each of them').to.have.length(before + 4);
    expect((await stages()).filter((stage) => !stage.endsWith('retired'))).to.deep.equal(begun);
  });

  it('every process hears of a rotation', async () => {
    const listener = new ChangeListener(store.database.url);
    const heard: string[] = [];
    await listener.start();
    listener.onChange((subject) => heard.push(subject));
    try {
      await rotateSigningKeys(store.scope);
      await eventually(async () => expect(heard).to.deep.equal([store.scope.contextId]));
    } finally {
      await listener.close();
    }
  });

  it('the keys and their events stand or fall together', async () => {
    await store.inOneTransaction((scope) => rotateSigningKeys(scope));
    await forget(store.scope);
    await store.inOneTransaction(create);
  });
});
