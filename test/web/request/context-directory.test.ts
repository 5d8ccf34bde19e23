import { expect } from 'chai';
import { pathOf } from '../../../src/app/page-paths.ts';
import { createContextFinder } from '../../../src/domain/company/contexts/index.ts';
import type { ChangeListener } from '../../../src/platform/database/index.ts';
import { ContextDirectory } from '../../../src/web/request/index.ts';
import { send } from '../../support/jar.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { watchStatements } from '../../support/statements.ts';

describe('web/request: the directory of contexts', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  /** Runs `work` and counts the statements that read `contexts`; `during` is called at each of them. */
  async function countReads(work: () => Promise<unknown>, during = () => {}): Promise<number> {
    let reads = 0;
    await watchStatements(({ text }) => {
      if (!text.includes('FROM contexts')) return;
      reads++;
      during();
    }, work);
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
    const directory = (size = 10) => {
      const handlers: ((subject: string) => void)[] = [];
      const onChange = (handler: (subject: string) => void) => handlers.push(handler);
      const listener = { isTrusted: true, onChange } as unknown as ChangeListener;
      const contexts = new ContextDirectory(createContextFinder(server.app.services.database), listener, server.baseUrl, size, pathOf);
      const tell = (subject: string) => {
        for (const handler of handlers) handler(subject);
      };
      return { contexts, tell };
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

    it('leaves what was read of it before an edition that nobody is given afterwards', async () => {
      const { contexts, tell } = directory();
      const { contextId } = await server.scope();
      const read = async (meanwhile = () => {}) => {
        const reading = contexts.byId(contextId);
        meanwhile();
        return (await reading)!.edition;
      };
      const overtaken = await read(() => tell(contextId));
      const now = await read();
      expect(now).to.not.equal(overtaken);
      expect(await read()).to.equal(now);
      tell('another');
      expect(await read(), 'after a change of another').to.equal(now);
      tell(contextId);
      expect([overtaken, now]).to.not.include(await read());
    });

    it('of which many are read keeps the edition of one that was dropped for lack of room', async () => {
      const { contexts } = directory(1);
      const [acme, other] = [await server.scope(), await server.scope('other')];
      const { edition } = (await contexts.byId(acme.contextId))!;
      await contexts.byId(other.contextId);
      expect(await countReads(async () => expect((await contexts.byId(acme.contextId))!.edition).to.equal(edition))).to.equal(1);
    });
  });
});
