import { expect } from 'chai';
import { type ChangeListener, NoticedCache } from '../../../src/platform/database/index.ts';

describe('platform/database: a cache that hears of changes', () => {
  function setUp() {
    let tell = (_subject: string): void => {};
    const listener = {
      isTrusted: true,
      onChange(handler: (subject: string) => void) {
        tell = handler;
      },
    };
    const cache = new NoticedCache(listener as unknown as ChangeListener, 10);
    return { cache, listener, tell: (subject: string) => tell(subject) };
  }

  it('reads once, and again after a notice about the subject or about everything', async () => {
    const { cache, tell } = setUp();
    let reads = 0;
    const get = (subject = 'acme', part = 'policy') => cache.get(subject, part, async () => ++reads);
    expect([await get(), await get()]).to.deep.equal([1, 1]);
    expect(await get('acme', 'branding'), 'another part').to.equal(2);
    tell('other');
    expect(await get()).to.equal(1);
    tell('acme');
    expect([await get(), await get('acme', 'branding')]).to.deep.equal([3, 4]);
    tell('*');
    expect(await get()).to.equal(5);
  });

  it('does not keep what was being read while a notice came', async () => {
    const { cache, tell } = setUp();
    const overtaken = await cache.get('acme', 'terms', async () => {
      tell('acme');
      return 'before';
    });
    expect(overtaken).to.equal('before');
    expect(await cache.get('acme', 'terms', async () => 'after')).to.equal('after');
  });

  it('keeps what was being read while a notice of another subject came', async () => {
    const { cache, tell } = setUp();
    await cache.get('acme', 'terms', async () => {
      tell('other');
      return 'read once';
    });
    expect(await cache.get('acme', 'terms', async () => 'read again')).to.equal('read once');
  });

  it('while no notices arrive nothing is believed', async () => {
    const { cache, listener } = setUp();
    await cache.get('acme', 'terms', async () => 'old');
    listener.isTrusted = false;
    expect(await cache.get('acme', 'terms', async () => 'new')).to.equal('new');
  });
});
