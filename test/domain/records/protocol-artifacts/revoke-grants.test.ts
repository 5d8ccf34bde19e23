import { expect } from 'chai';
import {
  ArtifactStore,
  revokeGrantsOfClient,
  revokeGrantsOfUser,
  revokeGrantsOfUserAtClient,
  sweepArtifacts,
} from '../../../../src/domain/records/protocol-artifacts/index.ts';
import { inTransaction, type Scope, type UserId } from '../../../../src/domain/scope.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/records/protocol-artifacts: what ends together', () => {
  const store = useStore();
  let artifacts: ArtifactStore;
  let ana: UserId;
  let bia: UserId;
  let stranger: UserId;
  before(async () => {
    artifacts = new ArtifactStore(store.database);
    [ana, bia, stranger] = [(await store.person()).userId, (await store.person()).userId, await store.stranger()];
  });

  const save = (scope: Scope, kind: string, id: string, payload: Record<string, unknown>, expiresInHours = 1) =>
    artifacts.save({ contextId: scope.contextId, kind, id, payload, expiresAt: new Date(Date.now() + expiresInHours * 3_600_000) });
  /** A grant with a token of each kind, some without an end of their own. */
  async function grant(scope: Scope, name: string, accountId: UserId, clientId: string): Promise<void> {
    await save(scope, 'Grant', name, { accountId, clientId });
    for (const kind of ['AccessToken', 'RefreshToken']) await save(scope, kind, name, { grantId: name, accountId, clientId });
  }
  /** What is left, by name: a grant with both of its tokens counts as itself. */
  async function left(): Promise<string[]> {
    const names: string[] = [];
    for (const [scope, name] of all) {
      const kinds = ['Grant', 'AccessToken', 'RefreshToken'].map((kind) => artifacts.find(scope.contextId, kind, name));
      const count = (await Promise.all(kinds)).filter(Boolean).length;
      if (count > 0) names.push(count === 3 ? name : `${count} of ${name}`);
    }
    for (const client of ['payroll', 'mobile'])
      if (await artifacts.find(store.scope.contextId, 'ClientCredentials', client)) names.push(`own ${client}`);
    if (await artifacts.find(store.other.contextId, 'ClientCredentials', 'payroll')) names.push('own foreign');
    if (await artifacts.find(store.other.contextId, 'AccessToken', 'same name')) names.push('same name');
    for (const id of ['session', 'loose'])
      if (await artifacts.find(store.scope.contextId, id === 'loose' ? 'AccessToken' : 'Interaction', id)) names.push(id);
    return names;
  }
  const everything = ['ana payroll', 'ana payroll again', 'ana mobile', 'bia payroll', 'foreign'];
  const others = ['own payroll', 'own mobile', 'own foreign', 'same name', 'session', 'loose'];
  let all: [Scope, string][];
  beforeEach(async () => {
    await store.scope.db('oidc_artifacts').delete();
    all = everything.map((name) => [name === 'foreign' ? store.other : store.scope, name]);
    await grant(store.scope, 'ana payroll', ana, 'payroll');
    await grant(store.scope, 'ana payroll again', ana, 'payroll');
    await grant(store.scope, 'ana mobile', ana, 'mobile');
    await grant(store.scope, 'bia payroll', bia, 'payroll');
    await grant(store.other, 'foreign', stranger, 'payroll');
    for (const clientId of ['payroll', 'mobile']) await save(store.scope, 'ClientCredentials', clientId, { clientId });
    await save(store.other, 'ClientCredentials', 'payroll', { clientId: 'payroll' });
    await save(store.other, 'AccessToken', 'same name', { grantId: 'ana payroll', accountId: stranger, clientId: 'payroll' });
    await save(store.scope, 'Interaction', 'session', { grantId: 'ana payroll', accountId: ana, clientId: 'payroll' });
    await save(store.scope, 'AccessToken', 'loose', { accountId: ana, clientId: 'payroll' });
  });
  const revoke = (work: (inside: Parameters<typeof revokeGrantsOfUser>[0]) => Promise<void>) => inTransaction(store.scope, work);

  it('all that a person’s applications may do in their name ends, and nobody else’s', async () => {
    expect(await left()).to.deep.equal([...everything, ...others]);
    await revoke((inside) => revokeGrantsOfUser(inside, ana));
    expect(await left()).to.deep.equal(['bia payroll', 'foreign', ...others]);
  });

  it('at one application it ends there alone', async () => {
    await revoke((inside) => revokeGrantsOfUserAtClient(inside, ana, 'payroll'));
    expect(await left()).to.deep.equal(['ana mobile', 'bia payroll', 'foreign', ...others]);
  });

  it('of a client that goes everything ends, what it holds in nobody’s name too', async () => {
    await revoke((inside) => revokeGrantsOfClient(inside, 'payroll'));
    expect(await left()).to.deep.equal(['ana mobile', 'foreign', 'own mobile', 'own foreign', 'same name', 'session', 'loose']);
  });

  it('who has no grant here, of another company too, ends nothing', async () => {
    for (const userId of [stranger, unknownId]) {
      await store.unchanged(() => revoke((inside) => revokeGrantsOfUser(inside, userId)));
      await store.unchanged(() => revoke((inside) => revokeGrantsOfUserAtClient(inside, userId, 'payroll')));
    }
    await store.unchanged(() => revoke((inside) => revokeGrantsOfUserAtClient(inside, bia, 'mobile')));
    for (const clientId of ['', 'pay', 'Payroll', "payroll' OR true --", '%'])
      await store.unchanged(() => revoke((inside) => revokeGrantsOfClient(inside, clientId)));
  });

  it('it ends with what it was a part of, or not at all', async () => {
    const parts = [revokeGrantsOfUser, revokeGrantsOfClient];
    for (const part of parts) await store.inCallersTransaction((scope) => inTransaction(scope, (inside) => part(inside, ana)));
    await store.inCallersTransaction((scope) => inTransaction(scope, (inside) => revokeGrantsOfUserAtClient(inside, ana, 'payroll')));
    expect(await left()).to.deep.equal([...everything, ...others]);
  });

  it('what has ended is swept a day later, of every company, and what has no end stays', async () => {
    const { contextId } = store.scope;
    await save(store.scope, 'AccessToken', 'yesterday', {}, -25);
    await save(store.other, 'AccessToken', 'yesterday', {}, -25);
    await save(store.scope, 'AccessToken', 'today', {}, -23);
    await artifacts.save({ contextId, kind: 'AccessToken', id: 'for ever', payload: {}, expiresAt: undefined });
    const count = async () => Number((await store.scope.db('oidc_artifacts').count({ n: '*' }))[0]!.n);
    const before = await count();
    expect(await sweepArtifacts(store.scope.db)).to.equal(2);
    expect(await count()).to.equal(before - 2);
    await store.unchanged(async () => expect(await sweepArtifacts(store.scope.db)).to.equal(0));
    expect(await left()).to.deep.equal([...everything, ...others]);
    expect(await artifacts.find(contextId, 'AccessToken', 'for ever')).not.to.equal(undefined);
  });

  it('answers that may be given again hold tokens: they are swept as soon as they have ended', async () => {
    await save(store.scope, 'RefreshAnswer', 'over', { sealed: 'x' }, -0.01);
    await save(store.other, 'RefreshAnswer', 'over', { sealed: 'x' }, -0.01);
    await save(store.scope, 'RefreshAnswer', 'open', { sealed: 'x' });
    expect(await sweepArtifacts(store.scope.db)).to.equal(2);
    expect(await artifacts.find(store.scope.contextId, 'RefreshAnswer', 'open')).not.to.equal(undefined);
  });

  it('more than one step is swept to the end', async () => {
    const sql = `INSERT INTO oidc_artifacts (context_id, kind, id_hash, payload, expires_at)
      SELECT ?, 'AccessToken', decode(md5(i::text), 'hex'), '{}', now() - interval '2 days' FROM generate_series(1, 10001) i`;
    await store.scope.db.raw(sql, [store.scope.contextId]);
    expect(await sweepArtifacts(store.scope.db)).to.equal(10_001);
  });
});
