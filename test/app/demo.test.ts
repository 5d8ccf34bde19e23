import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createApp, loadSampleKeys, notePasswordsShown, prepareDemo } from '../../src/app/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { listContexts } from '../../src/domain/company/contexts/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import { type ContextId, openScope } from '../../src/domain/scope.ts';
import { findPassword } from '../../src/domain/sign-in/credentials/password/index.ts';
import { createPasswordHasher, loadPasswordEngine, readPassword } from '../../src/platform/crypto/index.ts';
import { createLog } from '../../src/platform/log/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { testKeyRing } from '../support/server.ts';

describe('app: the demo of a first start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-demo-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('shows passwords that work, until somebody was shown them', async () => {
    const empty = await createTestDatabase();
    const database = empty.open(4);
    const hasher = createPasswordHasher(1, 10, await loadPasswordEngine());
    const store = { database, keyRing: testKeyRing(), hasher, isEmbedded: true, migrated: [], close: async () => {} };
    const app = await createApp(loadConfig({}), store, createLog('silent'));
    try {
      const keys = await loadSampleKeys(folder);
      const prepare = () => prepareDemo(app.services, { oidc: 'http://localhost:1', saml: 'http://localhost:2' }, keys, folder);
      // interrupted before they were printed, twice
      const passwords = [await prepare(), await prepare(), await prepare()].map((demo) => demo!.passwords);
      for (const shown of passwords) expect(shown.map(({ login }) => login)).to.deep.equal(['admin@demo.example', 'jsilva']);
      expect(new Set(passwords.flat().map(({ password }) => password)).size, 'other ones each time').to.equal(6);
      notePasswordsShown(folder);
      expect((await prepare())!.passwords).to.deep.equal([]);
      const [{ contextId }] = (await listContexts(database.knex)) as unknown as [{ contextId: ContextId }];
      const scope = openScope(app.services, contextId, { kind: 'system', name: 'test' });
      for (const { login, password } of passwords.at(-1)!) {
        const { userId } = (await findUserByLogin(scope, login))!;
        expect(await hasher.verify(readPassword(password), (await findPassword(scope, userId))!.hash), login).to.not.equal(undefined);
      }
    } finally {
      await app.close();
      await database.close();
      await empty.drop();
    }
  });
});
