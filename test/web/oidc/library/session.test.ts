import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect } from 'chai';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type FollowedSession, replaceSessionGet } from '../../../../src/web/oidc/library/session-get.ts';
import { replacePersist } from '../../../../src/web/oidc/library/session-persist.ts';
import { replaceResetIdentifier } from '../../../../src/web/oidc/library/session-reset-identifier.ts';
import { type LibrarySession, newLibrary } from '../../../support/oidc-library.ts';

describe('web/oidc/library: sessions', () => {
  describe('Session.get', () => {
    /** A request whose browser has the library's cookie of this session. */
    function requestWith(provider: Provider, id?: string): KoaContextWithOIDC {
      const request = new IncomingMessage(new Socket());
      const response = new ServerResponse(request);
      if (id) provider.createContext(request, response).cookies.set(provider.cookieName('session'), id, { signed: true, secure: false });
      const set = ([response.getHeader('set-cookie')].flat().filter(Boolean) as string[]).map((line) => line.split(';')[0]);
      request.headers.cookie = set.join('; ');
      return provider.createContext(request, new ServerResponse(request)) as never;
    }
    const store = async ({ provider, Session }: ReturnType<typeof newLibrary>, of: Partial<LibrarySession>) => {
      const session = new Session(of);
      await session.save(60);
      return requestWith(provider, session.jti);
    };
    const joao: FollowedSession = {
      jti: 'derived',
      uid: 'ours',
      accountId: 'joao',
      loginTs: 1_700_000_000,
      lastsSeconds: 60,
      amr: ['pwd'],
      acr: 'one-factor',
    };

    it('the library believes its own cookie', async () => {
      const library = newLibrary();
      const { Session } = library;
      const request = await store(library, { accountId: 'ana' });
      expect(await Session.get(request)).to.include({ accountId: 'ana' });
    });

    it('Portaria’s session is what counts, whatever the cookie or the stored row say', async () => {
      const library = newLibrary();
      const { provider, Session } = library;
      replaceSessionGet(provider, async () => joao);
      const request = await store(library, { accountId: 'ana' });
      const { amr: _, ...identity } = joao;
      expect(await Session.get(request)).to.include(identity);
      await new Session({ jti: 'derived', accountId: 'ana', loginTs: 1 }).save(60);
      expect(await Session.get(request)).to.include(identity);
    });

    it('without one the library’s is nobody’s, and keeps what a page needs', async () => {
      const library = newLibrary();
      const { provider, Session } = library;
      replaceSessionGet(provider, async () => undefined);
      const left = await Session.get(await store(library, { accountId: 'ana', uid: 'hers' }));
      expect([left.accountId, left.uid === 'hers']).to.deep.equal([undefined, false]);
      const page = await Session.get(await store(library, { uid: 'of a page' }));
      expect(page.uid).to.equal('of a page');
    });
  });

  it('resetIdentifier: the library renames the session, Portaria only has it saved', () => {
    const library = newLibrary();
    const { provider, Session } = library;

    const renamed = new Session({ jti: 'derived' });
    renamed.resetIdentifier();
    expect(renamed.jti).not.to.equal('derived');
    replaceResetIdentifier(provider);
    const kept = new Session({ jti: 'derived' });
    kept.resetIdentifier();
    expect(kept).to.include({ jti: 'derived', touched: true });
  });

  it('persist: the library refuses a session that was never saved, Portaria saves it', async () => {
    const library = newLibrary();
    const { provider, Session } = library;

    const refused = await new Session({ jti: 'new' }).persist().catch((error) => error);
    expect(refused).to.be.instanceOf(TypeError);
    replacePersist(provider, 3600);
    const now = Math.floor(Date.now() / 1000);
    await new Session({ jti: 'new' }).persist();
    expect(library.rows.get('Session new')!.exp).to.be.within(now + 3599, now + 3610);
    await new Session({ jti: 'saved', exp: now + 60 }).persist();
    expect(library.rows.get('Session saved')!.exp, 'a saved one keeps its end').to.be.within(now + 58, now + 60);
  });
});
