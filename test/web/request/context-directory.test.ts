import { expect } from 'chai';
import { pathOf } from '../../../src/app/page-paths.ts';
import { createContextFinder } from '../../../src/domain/company/contexts/index.ts';
import type { ChangeListener } from '../../../src/platform/database/index.ts';
import { ContextDirectory } from '../../../src/web/request/index.ts';
import { send } from '../../support/jar.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

describe('web/request: the directory of contexts', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  /** Runs `work` and counts the statements that read `contexts`; `during` is called at each of them. */
  async function countReads(work: () => Promise<unknown>, during = () => {}): Promise<number> {
    const { knex } = server.app.services.database;
    let reads = 0;
    const count = ({ sql }: { sql: string }) => {
      if (!sql.includes('from "contexts"')) return;
      reads++;
      during();
    };
    knex.on('query', count);
    try {
      await work();
    } finally {
      knex.removeListener('query', count);
    }
    return reads;
  }

  it('a change in one company does not empty the cache of another', async () => {
    const { forgetCached } = server.app.services;
    const acme = await server.scope();
    const other = await server.scope('other');
    const discover = async () =>
      expect((await send(`${server.issuer}/.well-known/openid-configuration`)).status, 'the company is found').to.equal(200);
    await discover();
    const afterNoticesOf = (contextId: typeof acme.contextId) =>
      countReads(async () => {
        for (let n = 0; n < 5; n++) {
          forgetCached(contextId);
          await discover();
        }
      });
    expect(await afterNoticesOf(other.contextId), 'after five changes of another company').to.equal(0);
    expect(await afterNoticesOf(acme.contextId), 'after five changes of its own').to.equal(5);
  });

  describe('a change while a context is read', () => {
    const directory = () => {
      let tell = (_subject: string): void => {};
      const listener = { isTrusted: true, onChange: (handler: typeof tell) => (tell = handler) } as unknown as ChangeListener;
      const contexts = new ContextDirectory(createContextFinder(server.app.services.database), listener, server.baseUrl, 10, pathOf);
      return { contexts, tell: (subject: string) => tell(subject) };
    };

    for (const [of, readsAfterwards] of [
      ['acme', 1],
      ['other', 0],
      ['*', 1],
    ] as const)
      it(`of ${of === '*' ? 'everything' : of}: what was read of acme is ${readsAfterwards ? 'not ' : ''}kept`, async () => {
        const { contexts, tell } = directory();
        const { contextId } = await server.scope();
        const subject = of === '*' ? of : (await server.scope(of)).contextId;
        await countReads(
          () => contexts.byId(contextId),
          () => tell(subject),
        );
        expect(await countReads(() => contexts.byId(contextId))).to.equal(readsAfterwards);
      });
  });
});
