import { expect } from 'chai';
import { logLostSecrets } from '../../../../src/app/lost-secrets.ts';
import { requestRegistration } from '../../../../src/domain/administration/invitations/index.ts';
import {
  examineMasterKeys,
  listKeyUses,
  noteMasterKeys,
  reEncrypt,
  sealedColumns,
} from '../../../../src/domain/administration/master-keys/index.ts';
import { requestRecovery } from '../../../../src/domain/administration/password-recovery/index.ts';
import { findApplicationByCode, matchesClientSecret } from '../../../../src/domain/applications/applications/index.ts';
import { loadSubjectKey } from '../../../../src/domain/applications/assertions/index.ts';
import { changeSettings, loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { mailLinkPurpose, mailPerson, oldMailDelivery } from '../../../../src/domain/company/mails/index.ts';
import { newAccountsSettings } from '../../../../src/domain/company/new-accounts/index.ts';
import { getMetadataCertificate } from '../../../../src/domain/company/saml-certificates/index.ts';
import { loadSigningKeys, rotateSigningKeys } from '../../../../src/domain/company/signing-keys/index.ts';
import { enqueue } from '../../../../src/domain/job.ts';
import type { User } from '../../../../src/domain/people/users/index.ts';
import { sealEvents, verifyChain } from '../../../../src/domain/records/audit/index.ts';
import { ArtifactStore, artifactPurpose } from '../../../../src/domain/records/protocol-artifacts/index.ts';
import { type ApplicationId, inTransaction, type Scope, type SessionId } from '../../../../src/domain/scope.ts';
import {
  makeTemporaryPassword,
  setTemporaryPassword,
  showTemporaryPassword,
} from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { startTotp, totp } from '../../../../src/domain/sign-in/credentials/totp/index.ts';
import { enqueueServiceProviderNotice } from '../../../../src/domain/sign-in/sessions/index.ts';
import { KeyRing } from '../../../../src/platform/crypto/index.ts';
import { totpCode } from '../../../support/second-factor.ts';
import { clientSecret } from '../../../support/server.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

const old = { id: 'test', key: Buffer.alloc(32, 7) };
const next = { id: 'next', key: Buffer.alloc(32, 8) };
const ring = (...keys: (typeof old)[]) => new KeyRing(keys);

describe('domain: master keys', () => {
  const store = useStore();
  let ana: User;
  let secret: string;
  const under = (...keys: (typeof old)[]): Scope => ({ ...store.scope, keyRing: ring(...keys) });

  /** How many values in all of the store, the queue too, a key sealed: found by their form, and not by any list. */
  async function sealedBy(id: string): Promise<Record<string, number>> {
    const { rows: tables } = await store.database.knex.raw<{ rows: { name: string }[] }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema IN ('public', 'graphile_worker') ORDER BY 1`,
    );
    const found: Record<string, number> = {};
    for (const { name } of tables) {
      const { rows } = await store.database.knex.raw(
        `SELECT count(*)::int AS n FROM ${name} x WHERE x::text ~ '(^|[^A-Za-z0-9_-])${id}\\.[A-Za-z0-9_-]{16}\\.[A-Za-z0-9_-]{20,}'`,
      );
      if (rows[0].n > 0) found[name.replace('public.', '')] = rows[0].n;
    }
    return found;
  }

  before(async () => {
    const { scope } = store;
    ana = await store.person({ email: 'ana2@acme.example' });
    const offer = startTotp(scope, ana.userId, { company: 'Acme', login: 'ana' });
    secret = offer.secret;
    await inTransaction(scope, async (inside) => {
      const answer = {
        get: (name: string) => ({ offer: offer.sealed, code: totpCode(offer.secret, scope.clock.now().getTime()) })[name] ?? '',
      };
      expect(await totp.enrol(inside, {} as never, ana.userId, answer as never, 'App')).to.deep.equal(['otp', 'mfa']);
      await setTemporaryPassword(inside, ana, await makeTemporaryPassword(scope));
      await mailPerson(inside, ana, { mail: 'recovery', leadsTo: { page: 'recovery', token: 't'.repeat(43) } });
    });
    await loadSubjectKey(scope);
    await getMetadataCertificate(scope, 'Acme');
    await requestRecovery(scope, 'ana2@acme.example', 'en');
    const { version, value: settings } = await loadSettings(scope, newAccountsSettings);
    await changeSettings(scope, newAccountsSettings, { ...settings, selfRegistration: true, domains: ['acme.example'] }, version);
    await requestRegistration(scope, { firstName: 'New', lastName: 'Person', email: 'new@acme.example', locale: 'en' });
    await enqueueServiceProviderNotice(scope, {
      sessionId: unknownId as SessionId,
      applicationId: unknownId as ApplicationId,
      sessionIndex: 'x',
      nameId: { value: 'ana' } as never,
    });
    const sealedPath = scope.keyRing.encrypt('/path', mailLinkPurpose(scope.contextId));
    await enqueue(scope, oldMailDelivery, { to: 'a@acme.example', mail: 'recovery', params: {}, sealedPath });
    const purpose = artifactPurpose(scope.contextId, 'Interaction');
    await new ArtifactStore(store.database).save({
      contextId: scope.contextId,
      kind: 'Interaction',
      id: 'x',
      payload: { sealed: scope.keyRing.encrypt('{}', purpose) },
      expiresAt: new Date(Date.now() + 60_000),
    });
    await sealEvents(scope, 'UTC');
    await noteMasterKeys(scope.db, scope.keyRing, scope.clock.now());
  });

  it('every place that is listed has something, so that what follows shows something of each', async () => {
    const uses = await listKeyUses(store.scope);
    // fingerprint keys are kept only once a master key goes
    expect(uses.filter(({ keyId }) => keyId === 'test')).to.have.length(sealedColumns.length - 1);
    expect(Object.keys(await sealedBy('test')).length).to.be.greaterThan(7);
  });

  it('a ring that does not fit is told from one that does, also in a store of before', async () => {
    const faults = (keys: KeyRing) => examineMasterKeys(store.scope.db, keys);
    expect(await faults(ring(old))).to.deep.equal([]);
    expect(await faults(ring(next, old))).to.deep.equal([]);
    const other = ring({ id: 'test', key: Buffer.alloc(32, 9) });
    for (const isNoted of [true, false]) {
      if (!isNoted) await store.scope.db('master_keys').delete();
      expect(await faults(ring(next))).to.deep.equal(['the store needs the master key "test", and it is not there']);
      expect(await faults(other)).to.have.length(1);
      expect((await faults(other))[0]).to.contain('another than the one of that name');
      expect(await faults(ring(old))).to.deep.equal([]);
    }
    await noteMasterKeys(store.scope.db, ring(old), new Date());
  });

  it('seals everything again, whenever it was interrupted, and then the old key can go', async () => {
    const both = under(next, old);
    await noteMasterKeys(both.db, both.keyRing, new Date());
    const temporary = await showTemporaryPassword(store.scope, ana);
    let steps = 0;
    const interrupted = await reEncrypt(both, () => {
      if (++steps === 3) throw new Error('killed');
    }).catch((error) => error.message);
    expect(interrupted).to.equal('killed');
    expect(Object.keys(await sealedBy('test'))).to.not.be.empty;
    // while somebody works
    const meanwhile = inTransaction(both, async (inside) =>
      setTemporaryPassword(inside, await store.person(), await makeTemporaryPassword(both)),
    );
    const [done, events] = await (async () => {
      let result: Awaited<ReturnType<typeof reEncrypt>>;
      const types = await store.eventsOf(async () => {
        result = await reEncrypt(both);
      });
      return [result!, types];
    })();
    await meanwhile;
    expect(
      events.filter((type) => type === 'secrets.re-encrypted'),
      'in its own words, of this company',
    ).to.have.length(1);
    const told = await store.scope.db('audit_events').where('type', 'secrets.re-encrypted').select('context_id', 'details');
    expect(new Set(told.map(({ context_id }) => context_id)).size, 'and of the other').to.equal(2);
    for (const { details } of told) expect(details).to.deep.equal({ masterKey: 'next', retired: ['test'] });
    expect(await store.eventsOf(() => reEncrypt(both)), 'nothing was left to do').to.deep.equal([]);
    expect(done.left).to.deep.equal([]);
    expect(done.unreadable).to.deep.equal([]);
    expect(done.retired).to.deep.equal(['test']);
    expect((await sealedBy('test')).master_keys, 'not even a proof of it').to.equal(undefined);
    expect(await sealedBy('test')).to.deep.equal({});

    const alone = under(next);
    expect(await examineMasterKeys(alone.db, alone.keyRing)).to.deep.equal([]);
    await noteMasterKeys(alone.db, alone.keyRing, new Date());
    expect(await loadSigningKeys(alone)).to.have.length(4);
    expect(await showTemporaryPassword(alone, ana))
      .to.equal(temporary)
      .and.not.equal(undefined);
    expect(await loadSubjectKey(alone)).to.have.length(32);
    expect((await verifyChain(alone)).breach).to.equal(undefined);
    const { oidc } = (await findApplicationByCode(alone, 'payroll'))!;
    expect(matchesClientSecret(oidc!.secret_fingerprint!, clientSecret, alone.keyRing), 'its secret goes on').to.equal(true);
    expect(matchesClientSecret(oidc!.secret_fingerprint!, 'another', alone.keyRing)).to.equal(false);
    const { rows } = await alone.db.raw("SELECT secret_encrypted FROM second_factors WHERE kind = 'totp' AND user_id = ?", [ana.userId]);
    expect(alone.keyRing.decrypt(rows[0].secret_encrypted, `totp:${alone.contextId}:${ana.userId}`).toString()).to.equal(secret);
    for (const column of sealedColumns) {
      const value = column.field ? `${column.column} ->> '${column.field}'` : column.column;
      const by = column.by.map((one) => (one.includes(' AS ') ? one : `${one}::text AS ${one}`)).join(', ');
      const { rows: sealed } = await alone.db.raw(
        `SELECT ${value} AS value, ${by} FROM ${column.table} WHERE ${value} IS NOT NULL AND ${column.where ?? 'true'}`,
      );
      expect(sealed.length, column.table).to.be.greaterThan(0);
      for (const row of sealed) alone.keyRing.decrypt(row.value, column.purposeOf(row));
    }
    expect(await examineMasterKeys(alone.db, ring(old))).to.deep.equal(['the store needs the master key "next", and it is not there']);
    // another one, later: what is kept of the first moves along
    const third = { id: 'third', key: Buffer.alloc(32, 10) };
    const later = under(third, next);
    await noteMasterKeys(later.db, later.keyRing, new Date());
    expect((await reEncrypt(later)).retired).to.deep.equal(['next']);
    const last = under(third);
    await noteMasterKeys(last.db, last.keyRing, new Date());
    expect(matchesClientSecret(oidc!.secret_fingerprint!, clientSecret, last.keyRing)).to.equal(true);
  });

  it('an old key that somebody went on sealing under is needed again, though it was forgotten', async () => {
    const [third, fourth] = [
      { id: 'third', key: Buffer.alloc(32, 10) },
      { id: 'fourth', key: Buffer.alloc(32, 12) },
    ];
    const both = under(fourth, third);
    await noteMasterKeys(both.db, both.keyRing, new Date());
    await reEncrypt(both);
    const faults = (keys: KeyRing) => examineMasterKeys(store.scope.db, keys);
    expect(await faults(ring(fourth))).to.deep.equal([]);
    // a server that was started before the new one came first
    await rotateSigningKeys(under(third, fourth));
    expect(await faults(ring(fourth))).to.deep.equal(['the store needs the master key "third", and it is not there']);
    expect((await faults(ring(fourth, { ...third, key: Buffer.alloc(32, 13) })))[0]).to.contain('another than the one of that name');
    expect(await faults(ring(fourth, third))).to.deep.equal([]);
    await noteMasterKeys(both.db, both.keyRing, new Date());
    expect(await both.db('master_keys').orderBy('key_id').pluck('key_id')).to.deep.equal(['fourth', 'third']);
    expect((await reEncrypt(both)).retired).to.deep.equal(['third']);
    expect(await faults(ring(fourth))).to.deep.equal([]);
  });

  it('says what no key opens, and keeps what it cannot read', async () => {
    const lost = ring({ id: 'lost', key: Buffer.alloc(32, 11) });
    const [third, fourth] = [
      { id: 'fourth', key: Buffer.alloc(32, 12) },
      { id: 'fifth', key: Buffer.alloc(32, 14) },
    ];
    const value = lost.encrypt('x', 'whatever');
    await store.scope.db('passwords').where('user_id', ana.userId).update({ temporary_encrypted: value });
    const both = under(fourth, third);
    const { unreadable, left, retired } = await reEncrypt(both);
    expect(unreadable).to.deep.equal(['passwords.temporary_encrypted: 1']);
    expect(left).to.deep.equal([{ keyId: 'lost', what: 'passwords.temporary_encrypted', count: 1 }]);
    const told: unknown[] = [];
    await logLostSecrets({ ...store, ...both }, { error: (fields: unknown) => told.push(fields) } as never);
    expect(told, 'at the next start').to.deep.equal([{ masterKey: 'lost', what: 'passwords.temporary_encrypted', count: 1 }]);
    expect(retired).to.deep.equal([]);
    expect((await store.scope.db('passwords').where('user_id', ana.userId).first())!.temporary_encrypted).to.equal(value);
  });
});
