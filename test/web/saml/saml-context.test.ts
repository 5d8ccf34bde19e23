import { expect } from 'chai';
import { registerApplication } from '../../../src/domain/applications/applications/index.ts';
import type { ResolvedContext } from '../../../src/web/request/index.ts';
import { createSamlCaches, SamlContext } from '../../../src/web/saml/saml-context.ts';
import { useStore } from '../../support/use-cases.ts';

describe('web/saml: the partners of a company', () => {
  const store = useStore();

  it('those that were asked for last are kept in memory; a name that exists nowhere is not', async () => {
    for (const code of ['one', 'two', 'three'])
      await registerApplication(store.scope, {
        code,
        name: code,
        saml: { entityId: `urn:${code}`, assertionConsumerServices: [{ url: `https://${code}.example/acs` }] },
      });
    const saml = new SamlContext({ saml: {} } as ResolvedContext, createSamlCaches(2, 2));
    const find = async (name: string) => {
      const finding = saml.findPartner(store.scope, name);
      await finding;
      return { finding };
    };
    const [one, two] = [await find('urn:one'), await find('urn:two')];
    expect((await find('urn:one')).finding).to.equal(one.finding);
    const three = await find('urn:three');
    expect((await find('urn:three')).finding, 'also when as many are kept as there may be').to.equal(three.finding);
    expect((await find('urn:one')).finding).to.equal(one.finding);
    expect((await find('urn:two')).finding).to.not.equal(two.finding);
    const nowhere = await find('urn:nowhere');
    expect((await find('urn:nowhere')).finding).to.not.equal(nowhere.finding);
  });
});
