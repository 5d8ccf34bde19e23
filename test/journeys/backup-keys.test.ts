import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openKeyRing, standInKeys } from '../../src/app/master-keys.ts';
import { writeMasterKeys } from '../../src/app/open-store.ts';
import { chooseKeys } from '../../src/command-line/restore-keys.ts';
import { ConfigError } from '../../src/config/index.ts';
import { noteMasterKeys } from '../../src/domain/administration/master-keys/index.ts';
import { dumpStore, type Head, RestoreFault, UnknownEnd, writeBackup } from '../../src/platform/backup/index.ts';
import { parseKeyRing, parseMasterKeys, SealFault } from '../../src/platform/crypto/index.ts';
import { type Database, openDatabase } from '../../src/platform/database/index.ts';
import { type Env, portaria } from '../support/command-line.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { testMasterKeys } from '../support/server.ts';

const passphrase = { PORTARIA_BACKUP_PASSPHRASE: 'a passphrase of this journey' };
const keyOf = (id: string, fill: number) => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;
const next = keyOf('next', 8);
const falseOne = keyOf('test', 9);

describe('the master keys of a backup', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'portaria-keys-'));
  let store: Awaited<ReturnType<typeof createTestDatabase>>;
  let onlooker: Database;
  const env = (...keys: string[]): Env => ({ DATABASE_URL: store.url, PORTARIA_MASTER_KEYS: keys.join(','), ...passphrase });
  before(async () => {
    store = await createTestDatabase({ of: 'started' });
    onlooker = openDatabase(`${store.url}&application_name=test`, 2);
    // in the middle of a change of keys
    await noteMasterKeys(onlooker.knex, parseKeyRing([next, testMasterKeys]), new Date());
  });
  after(async () => {
    await onlooker.close();
    await store.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are those that the store was written with, or nothing is written', async () => {
    const rings: [string[], RegExp][] = [
      [[testMasterKeys], /the store needs the master key "next", and it is not there/],
      [[next], /the store needs the master key "test", and it is not there/],
      [[next, falseOne], /the master key "test" is another than the one of that name/],
    ];
    for (const isNoted of [true, false]) {
      // a store of 0.2.0 has no place for notes
      if (!isNoted) await onlooker.knex.raw('ALTER TABLE master_keys RENAME TO put_away');
      for (const [ring, words] of rings.slice(isNoted ? 0 : 1)) {
        const refused = await portaria(['backup', join(folder, 'refused')], env(...ring));
        expect([refused.status, refused.err]).to.satisfy(() => refused.status === 78 && words.test(refused.err), refused.err);
      }
      if (!isNoted) await onlooker.knex.raw('ALTER TABLE put_away RENAME TO master_keys');
    }
    expect(readdirSync(folder)).to.deep.equal([]);
    const whole = await portaria(['backup', join(folder, 'whole')], env(next, testMasterKeys));
    expect(whole.status, whole.err).to.equal(0);
  });

  it('that do not open it are found before the store is another, and the right ones beside them do', async () => {
    const { version: software } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const file = join(folder, 'incomplete');
    await writeBackup(file, passphrase.PORTARIA_BACKUP_PASSPHRASE, dumpStore(store.url, { software, masterKeys: [testMasterKeys] }));
    await onlooker.knex('contexts').where('code', 'acme').update({ name: 'Of today' });
    const nameOf = async () => (await onlooker.knex('contexts').where('code', 'acme').first())!.name;
    const refused = await portaria(['restore', file, '--replace'], env(testMasterKeys));
    expect(refused.status, refused.err).to.equal(65);
    expect(refused.err).to.contain('Nothing was changed.').and.contain('the store needs the master key "next"');
    expect(await nameOf()).to.equal('Of today');
    const held = await onlooker.knex.transaction(async (trx) => {
      await trx.raw('LOCK TABLE users IN ACCESS SHARE MODE');
      return portaria(['restore', file, '--replace'], env(testMasterKeys, next));
    });
    expect([held.status, held.err]).to.satisfy(
      () => held.status === 65 && /Nothing was changed. Something else, .* holds tables/.test(held.err),
      held.err,
    );
    const done = await portaria(['restore', file, '--replace'], env(testMasterKeys, next));
    expect(done.status, done.err).to.equal(0);
    expect(await nameOf()).not.to.equal('Of today');
    const events = await onlooker.knex('audit_events').where('type', 'store.restored').select('context_id', 'actor', 'details');
    expect(new Set(events.map(({ context_id }) => context_id)).size, 'in each company').to.equal(2);
    for (const { actor, details } of events) {
      expect(actor).to.include({ kind: 'operator' });
      expect(details).to.have.keys('takenAt', 'software').and.include({ software });
    }
  });

  it('stay beside those of before where nobody saw how a restore ended, until the store says which it is', async () => {
    const config = { dataDir: folder, masterKeys: undefined };
    const head = { masterKeys: [keyOf('main', 1)] } as Head;
    const present = [next, testMasterKeys];
    const both = [...head.masterKeys, ...present];
    const kept = () => readFileSync(join(folder, 'master.key'), 'utf8').trim().split('\n');
    const gone = openDatabase(store.url.replace(/\/test_\w+\?/, '/no_such?'), 1);
    const ends: [string, unknown, Database, string[]][] = [
      ['refused', new RestoreFault('differs'), onlooker, present],
      ['cut', new SealFault('changed'), onlooker, present],
      ['broke before its end', new Error('Connection terminated unexpectedly'), onlooker, present],
      ['broke at its end, and is the old one', new UnknownEnd(), onlooker, present],
      ['broke at its end, and cannot be asked', new UnknownEnd(), gone, both],
    ];
    const end = async (error: unknown, database: Database, ring = head, before = present) => {
      writeMasterKeys(config, before);
      const keys = chooseKeys(config, { database, isEmbedded: true }, ring);
      const failed = keys.during(async () => {
        expect(kept()).to.deep.equal([...ring.masterKeys, ...before.filter((one) => !ring.masterKeys.includes(one))]);
        throw error;
      });
      expect(await failed.catch((thrown) => thrown)).to.equal(error);
    };
    for (const [name, error, database, remaining] of ends) {
      await end(error, database);
      expect(kept(), name).to.deep.equal(remaining);
    }
    await end(new RestoreFault('differs'), onlooker, head, []);
    expect(existsSync(join(folder, 'master.key')), 'there was none before').to.equal(false);
    // the store of the backup
    await onlooker
      .knex('master_keys')
      .insert({ key_id: 'main', proof: parseKeyRing(head.masterKeys).encrypt('', 'master-key-proof:main'), noted_at: new Date() });
    const larger = { masterKeys: [...head.masterKeys, ...present] } as Head;
    await end(new UnknownEnd(), onlooker, larger);
    expect(kept()).to.deep.equal(larger.masterKeys);
    await gone.close();
  });

  it('of one name are refused, as is a file that holds none, but for a restore, which leaves the backup’s alone', async () => {
    const config = { dataDir: folder, masterKeys: undefined };
    const [ours, other] = [keyOf('main', 1), keyOf('main', 2)];
    for (const [entries, why] of [
      [[ours, other], 'two master keys have the name "main"'],
      [['garbage'], 'master key 1 is not id:base64'],
      [[''], 'the key ring is empty'],
    ] as const) {
      writeMasterKeys(config, [...entries]);
      expect(() => openKeyRing(config, true), why)
        .to.throw(ConfigError, why)
        .with.property('message')
        .that.contains(join(folder, 'master.key'))
        .and.contains('restore FILE --replace');
      expect(standInKeys(config).ids, why).not.to.be.empty;
      const keys = chooseKeys(config, { database: onlooker, isEmbedded: true }, { masterKeys: [ours] } as Head);
      await keys.during(async () => {});
      expect(readFileSync(join(folder, 'master.key'), 'utf8'), why).to.equal(`${ours}\n`);
    }
    expect(() => parseMasterKeys([ours, other])).to.throw('two master keys have the name "main"');
  });
});
