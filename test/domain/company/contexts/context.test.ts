import { expect } from 'chai';
import { changeOwnContext, getOwnContext, isContextCode } from '../../../../src/domain/company/contexts/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/company/contexts: codes', () => {
  it('context codes leave the server’s own paths alone', () => {
    for (const good of ['acme', 'a', 'a-1']) expect(isContextCode(good)).to.equal(true);
    for (const bad of ['assets', 'healthz', '-a', 'A', 'a_b', '', 'a'.repeat(64), 'oidc']) expect(isContextCode(bad), bad).to.equal(false);
  });
});

describe('domain/company/contexts: what administrators change', () => {
  const store = useStore();

  it('a name is trimmed, and every field that does not fit is named', async () => {
    const { version, samlEntityId } = await getOwnContext(store.scope);
    await changeOwnContext(store.scope, { name: `  ${'x'.repeat(100)} ` }, version);
    const after = await getOwnContext(store.scope);
    expect([after.name, after.samlEntityId]).to.deep.equal(['x'.repeat(100), samlEntityId]);
    const wrong = { name: ' ', samlEntityId: 'no address', timeZone: 'Mars/Olympus' };
    expect(await store.refused('invalid_input', () => changeOwnContext(store.scope, wrong, after.version))).to.deep.equal({
      name: 'fields.name',
      samlEntityId: 'fields.own_entity_id',
      timeZone: 'fields.time_zone',
    });
    await changeOwnContext(store.scope, { samlEntityId: 'urn:acme:idp' }, after.version);
    const named = await getOwnContext(store.scope);
    await changeOwnContext(store.scope, { samlEntityId: undefined }, named.version);
    expect([named.samlEntityId, (await getOwnContext(store.scope)).samlEntityId]).to.deep.equal(['urn:acme:idp', undefined]);
  });
});
