import { expect } from 'chai';
import { type ChangeListener, Editions, NoticedCache } from '../../../src/platform/database/index.ts';

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

  it('whoever asks while it is read reads along, unless a notice came between', async () => {
    const { cache, tell } = setUp();
    let reads = 0;
    const get = () =>
      cache.get('acme', 'terms', async () => {
        const read = ++reads;
        await new Promise(setImmediate);
        return read;
      });
    const [first, second] = [get(), get()];
    tell('acme');
    expect(await Promise.all([first, second, get()])).to.deep.equal([1, 1, 2]);
    expect(await get()).to.equal(2);
  });

  it('does not keep a failure', async () => {
    const { cache } = setUp();
    const failed = await cache.get('acme', 'terms', () => Promise.reject(new Error('away'))).catch(({ message }) => message);
    expect(failed).to.equal('away');
    expect(await cache.get('acme', 'terms', async () => 'here')).to.equal('here');
  });
});

describe('platform/database: numbers that begin the keys of caches', () => {
  function setUp() {
    const handlers: ((subject: string) => void)[] = [];
    const listener = { isTrusted: true, onChange: (handler: (subject: string) => void) => handlers.push(handler) };
    return { numbers: new Editions(listener as unknown as ChangeListener), listener, tell: (of: string) => handlers[0]!(of) };
  }

  it('stay until the subject, or everything, changes, and never come back', () => {
    const { numbers, tell } = setUp();
    const seen = [numbers.of('acme'), numbers.of('other')];
    expect([numbers.of('acme'), numbers.of('other')]).to.deep.equal(seen);
    tell('acme');
    const after = numbers.of('acme');
    expect(seen).to.not.include(after);
    expect(numbers.of('other')).to.equal(seen[1]);
    tell('*');
    for (const subject of ['acme', 'other']) expect([...seen, after]).to.not.include(numbers.of(subject));
  });

  it('are new for each question while no notices arrive, and none of those is taken up later', () => {
    const { numbers, listener } = setUp();
    const before = numbers.of('acme');
    listener.isTrusted = false;
    const asked = [numbers.of('acme'), numbers.of('acme')];
    expect(new Set([before, ...asked]).size).to.equal(3);
    listener.isTrusted = true;
    expect(asked).to.not.include(numbers.of('acme'));
  });
});
