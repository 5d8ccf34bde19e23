import { expect } from 'chai';
import {
  changeOwnContext,
  createContext,
  editContext,
  findContextByCode,
  getOwnContext,
  isContextCode,
} from '../../../../src/domain/company/contexts/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
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

  it('an operator changes the address and the rest, with what it was before in the audit', async () => {
    const before = await getOwnContext(store.scope);
    const changes = { name: 'Acme 李', address: 'https://login.acme.example', timeZone: 'America/Sao_Paulo' };
    expect(await store.eventsOf(() => editContext(store.scope, before, changes))).to.deep.equal(['context.edited']);
    expect(await getOwnContext(store.scope)).to.deep.equal({ ...before, ...changes, version: before.version + 1 });
    const { details, subjectName } = (await eventsOf(store.scope, { type: 'context.edited' })).at(-1)!;
    expect(subjectName).to.equal('Acme 李');
    expect(details).to.deep.equal({ before: { name: before.name, address: null, timeZone: before.timeZone }, after: changes });
    expect(await findContextByCode(store.database.knex, 'other'), 'the other company').to.include({ name: 'Other Ltd', version: 1 });
    const wrong = { name: 'x'.repeat(101), timeZone: 'Mars/Olympus' };
    expect(await store.refused('invalid_input', () => editContext(store.scope, before, wrong))).to.have.all.keys('name', 'timeZone');
    await store.inOneTransaction((scope) => editContext(scope, before, { name: 'Acme S.A.' }));
    const { version } = await getOwnContext(store.scope);
    await store.inOneTransaction((scope) => changeOwnContext(scope, { name: 'Acme S.A.' }, version));
  });

  it('an address is of one company, by http and https, also of two who take it at once', async () => {
    for (const round of ['a', 'b', 'c', 'd']) {
      const take = (code: string, address: string) =>
        inTransaction(store.scope, (scope) => createContext(scope, { code: `${round}-${code}`, name: code, address }));
      const host = `${round}.at-once.example`;
      const done = await Promise.allSettled([take('one', `https://${host}`), take('two', `http://${host}`)]);
      const refused = done.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      expect(refused.map(({ code, params }) => [code, params.address.endsWith(host)])).to.deep.equal([['context_address_taken', true]]);
    }
  });

  it('an address that is none, and the server’s own by whichever protocol, are refused at the field', async () => {
    const served = { ...store.scope, ownHost: 'id.acme.example:8443' };
    const before = await getOwnContext(store.scope);
    for (const [address, message] of [
      ['nonsense', 'fields.origin'],
      ['https://', 'fields.origin'],
      ['ftp://files.acme.example', 'fields.origin'],
      ['https://login.acme.example/path', 'fields.origin'],
      ['https://id.acme.example:8443', 'fields.address_of_server'],
      ['http://ID.acme.example:8443', 'fields.address_of_server'],
    ] as const) {
      const create = () => inTransaction(served, (scope) => createContext(scope, { code: 'fresh', name: 'Fresh', address }));
      expect(await store.refused('invalid_input', create), address).to.deep.equal({ address: message });
      expect(await store.refused('invalid_input', () => editContext(served, before, { address })), address).to.deep.equal({
        address: message,
      });
    }
  });
});
