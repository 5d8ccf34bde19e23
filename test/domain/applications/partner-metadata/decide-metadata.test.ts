import { expect } from 'chai';
import { getApplication } from '../../../../src/domain/applications/applications/index.ts';
import { acceptMetadata, ignoreMetadata } from '../../../../src/domain/applications/partner-metadata/index.ts';
import { useStore } from '../../../support/use-cases.ts';
import { nextKey, partner } from './partners.ts';

describe('domain/applications/partner-metadata: what an administrator decides', () => {
  const store = useStore();

  it('what is accepted stands, what the partner dropped is dropped, and what was chosen here stays', async () => {
    const chosen = { nameIdFormat: 'persistent', sendGroups: true, attributes: [{ name: 'unit', from: 'department' }] } as const;
    const slo = { binding: 'redirect', url: 'https://old.example/slo' } as const;
    const application = await partner(store.scope, { ...chosen, attributes: [...chosen.attributes], singleLogoutServices: [slo] });
    const { says, known, settings, entityId, applicationId } = application;
    await says({ acs: ['/new'], signing: [nextKey] });
    const digest = await application.digest();
    const types = await store.eventsOf(() => acceptMetadata(store.scope, applicationId, digest));
    expect(types).to.deep.equal(['application.edited']);
    const after = await settings();
    expect(after).to.deep.include({ singleLogoutServices: [], signingCertificates: [`${nextKey}\n`], metadataUrl: `${entityId}/metadata` });
    expect(after.assertionConsumerServices).to.deep.equal([{ url: `${entityId}/new`, index: 0, isDefault: false }]);
    expect(after).to.include({ nameIdFormat: 'persistent', sendGroups: true }).and.have.nested.property('attributes[0].from', 'department');
    expect(await getApplication(store.scope, applicationId)).to.include({ description: 'Zoë’s' });
    expect((await known()).proposed).to.equal(undefined);
    await store.refused('not_found', () => acceptMetadata(store.scope, applicationId, digest));
    expect(await store.eventsOf(() => says({ acs: ['/new'], signing: [nextKey] }))).to.deep.equal([]);
  });

  it('of two administrators who accept at once one does', async () => {
    const { says, digest, applicationId } = await partner(store.scope);
    await says({ acs: ['/once'] });
    const seen = await digest();
    const types = await store.eventsOf(async () => {
      const answers = await Promise.allSettled([1, 2].map(() => acceptMetadata(store.scope, applicationId, seen)));
      expect(answers.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    });
    expect(types).to.deep.equal(['application.edited']);
  });

  it('what is ignored is not shown again, and something else is', async () => {
    const { says, known, digest, settings, applicationId } = await partner(store.scope);
    const before = await settings();
    await says({ acs: ['/ignored'] });
    expect(await store.eventsOf(async () => ignoreMetadata(store.scope, applicationId, await digest()))).to.deep.equal([
      'application.metadata-ignored',
    ]);
    expect(await store.eventsOf(() => says({ acs: ['/ignored'] }))).to.deep.equal([]);
    expect((await known()).proposed).to.equal(undefined);
    expect(await store.eventsOf(() => says({ acs: ['/other'] }))).to.deep.equal(['application.metadata-changed']);
    expect(await store.eventsOf(() => says({ acs: ['/ignored'] })), 'nor after something else').to.deep.equal([]);
    expect((await known()).proposed).to.equal(undefined);
    expect(await settings()).to.deep.equal(before);
  });

  it('a proposal that came after the page was shown is not taken for the one that was seen', async () => {
    const { says, digest, applicationId, known } = await partner(store.scope);
    await says({ acs: ['/seen'] });
    const seen = await digest();
    await says({ acs: ['/swapped'] });
    for (const decide of [acceptMetadata, ignoreMetadata]) {
      for (const digest of [seen, '']) await store.refused('changed_meanwhile', () => decide(store.scope, applicationId, digest));
    }
    expect((await known()).proposed!.assertionConsumerServices[0]!.url).to.match(/swapped$/);
  });

  it('a proposal that does not fit the settings of now is refused', async () => {
    const { says, edit, digest, applicationId } = await partner(store.scope);
    await says({ signing: [] });
    const seen = await digest();
    await edit({ requireSignedRequests: true });
    expect(await store.refused('invalid_input', () => acceptMetadata(store.scope, applicationId, seen))).to.have.property(
      'signingCertificates',
    );
  });
});
