import { expect } from 'chai';
import { hasCurrentMac, renewMac, sealEvents, verifyChain } from '../../../../src/domain/records/audit/index.ts';
import { KeyRing } from '../../../../src/platform/crypto/index.ts';
import { useStore } from '../../../support/use-cases.ts';

const old = { id: 'test', key: Buffer.alloc(32, 7) };
const next = { id: 'next', key: Buffer.alloc(32, 8) };

describe('domain/records/audit: the end of a chain under another master key', () => {
  const store = useStore();
  const under = (...keys: (typeof old)[]) => ({ ...store.scope, keyRing: new KeyRing(keys) });

  it('is authenticated again, once, and only where it is ours', async () => {
    await store.person();
    await sealEvents(store.scope, 'UTC');
    expect(await hasCurrentMac(store.scope)).to.equal(true);
    await store.unchanged(() => renewMac(store.scope));
    // a stranger's key does not make it ours
    expect(await store.unchanged(() => renewMac(under(next)))).to.equal(false);
    const both = under(next, old);
    expect(await hasCurrentMac(both)).to.equal(false);
    const before = (await verifyChain(both)).head;
    expect(await store.eventsOf(() => renewMac(both))).to.deep.equal([]);
    expect(await renewMac(both)).to.equal(false);
    expect(await verifyChain(under(next))).to.deep.include({ head: before, sealed: (await verifyChain(both)).sealed });
    expect((await verifyChain(under(next))).breach).to.equal(undefined);
    expect((await verifyChain(under(old))).breach?.what).to.equal('head');
  });
});
