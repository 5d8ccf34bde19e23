import { availableParallelism } from 'node:os';
import { expect } from 'chai';
import { BusyError, createPasswordHasher, readPassword } from '../../../src/platform/crypto/index.ts';

/** An engine that hashes when it is told to. */
function heldEngine() {
  const running: { password: string; end(): void }[] = [];
  const hash = (password: string) =>
    new Promise<string>((resolve) => {
      running.push({
        password,
        end() {
          running.splice(running.indexOf(this), 1);
          resolve(`hash of ${password}`);
        },
      });
    });
  const engine = { name: 'held', faults: [], hash, verify: async () => true };
  return {
    engine,
    names: () => running.map(({ password }) => password),
    end: async (password: string) => {
      running.find((one) => one.password === password)!.end();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('platform/crypto: whose password is hashed next', () => {
  const password = (text: string) => readPassword(text);
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('many of an import at once while nobody signs in; who signs in waits for none of them', async () => {
    const { engine, names, end } = heldEngine();
    const hasher = createPasswordHasher(2, 10, engine);
    const done = ['i1', 'i2', 'i3', 'i4'].map((one) => hasher.hashBehind(password(one)));
    await settled();
    expect(names()).to.deep.equal(['i1', 'i2']);
    done.push(hasher.hash(password('a')), hasher.hash(password('b')), hasher.hash(password('c')));
    await settled();
    expect(names(), 'beside the two that had begun').to.deep.equal(['i1', 'i2', 'a', 'b']);
    await end('i1');
    expect(names(), 'the import waits').to.deep.equal(['i2', 'a', 'b']);
    await end('i2');
    expect(names(), 'but never quite').to.deep.equal(['a', 'b', 'i3']);
    expect(hasher.waiting).to.equal(1);
    await end('a');
    expect(names()).to.deep.equal(['b', 'i3', 'c']);
    for (const one of ['b', 'c', 'i3', 'i4']) await end(one);
    expect(await Promise.all(done)).to.deep.equal(['i1', 'i2', 'i3', 'i4', 'a', 'b', 'c'].map((one) => `hash of ${one}`));
  });

  it('by default on all processors, and sign-ins on all but one; an import is never told to come later', async () => {
    const { engine, names, end } = heldEngine();
    const hasher = createPasswordHasher(0, 1, engine);
    const cores = availableParallelism();
    const many = Array.from({ length: cores + 5 }, (_, i) => hasher.hashBehind(password(`i${i}`)));
    await settled();
    expect(names()).to.have.length(cores);
    const limit = Math.max(1, cores - 1);
    const signIns = Array.from({ length: limit + 1 }, (_, i) => hasher.hash(password(`s${i}`)));
    await settled();
    const refusal = await hasher.hash(password('one too many')).catch((error) => error);
    expect(refusal).to.be.instanceOf(BusyError);
    for (let name = names()[0]; name; name = names()[0]) await end(name);
    await Promise.all([...many, ...signIns]);
  });

  it('one that fails leaves its place to the next', async () => {
    let tries = 0;
    const engine = {
      name: 'failing',
      faults: [],
      verify: async () => true,
      hash: async () => (tries++ === 0 ? Promise.reject(new Error('no memory')) : 'hash'),
    };
    const hasher = createPasswordHasher(1, 10, engine);
    const [first, second] = await Promise.allSettled([hasher.hash(password('a')), hasher.hash(password('b'))]);
    expect([first.status, second.status]).to.deep.equal(['rejected', 'fulfilled']);
    expect(await hasher.hashBehind(password('c'))).to.equal('hash');
  });
});
