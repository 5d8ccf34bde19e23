import { expect } from 'chai';
import { createApplication } from '../../../../src/domain/applications/applications/index.ts';
import { keepResponse, takeResponse } from '../../../../src/domain/applications/response-artifacts/index.ts';
import { ArtifactStore } from '../../../../src/domain/records/protocol-artifacts/index.ts';
import { element } from '../../../../src/platform/saml/write-xml.ts';
import { eventsOf } from '../../../support/audit.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/applications/response-artifacts', () => {
  const store = useStore();
  let count = 0;
  const application = async () => {
    const saml = { entityId: `https://sp${++count}.example`, assertionConsumerServices: [{ url: 'https://sp.example/acs' }] };
    return createApplication(store.scope, { code: `sp-${count}`, name: `SP ${count}`, saml });
  };
  const response = element('samlp:Response', { ID: '_1' }, element('saml:Issuer', {}, '<é> '));

  it('what is kept comes back as it was, once, to whom it is for, and an event tells of it', async () => {
    const { scope } = store;
    const artifacts = new ArtifactStore(store.database);
    const [one, other] = [await application(), await application()];
    await keepResponse(scope, artifacts, one, 'handle', { response });
    expect(await takeResponse(scope, other, 'handle', async () => true)).to.equal(undefined);
    expect(await takeResponse(scope, one, 'other', async () => true)).to.equal(undefined);
    expect(await eventsOf(scope, { type: 'saml-artifact.resolved' }), 'nothing was fetched').to.deep.equal([]);
    const taken = await Promise.all(Array.from({ length: 10 }, () => takeResponse(scope, one, 'handle', async () => true)));
    expect(taken.filter((found) => found !== undefined)).to.deep.equal([response]);
    const events = await eventsOf(scope, { type: 'saml-artifact.resolved' });
    expect(events.map(({ details }) => details.application)).to.deep.equal([one.name]);
    await keepResponse(scope, artifacts, one, 'again', { response });
    expect(await store.inCallersTransaction((inside) => takeResponse(inside, one, 'again', async () => true))).to.equal(1);
  });

  it('after a minute there is nothing, and nobody reads it in the store', async () => {
    const { scope } = store;
    const one = await application();
    await keepResponse(scope, new ArtifactStore(store.database), one, 'late', { response });
    const kept = await scope.db('oidc_artifacts').where({ kind: 'SamlArtifact' });
    expect(JSON.stringify(kept)).to.not.contain('Issuer');
    await scope
      .db('oidc_artifacts')
      .where({ kind: 'SamlArtifact' })
      .update({ expires_at: new Date(Date.now() - 1) });
    expect(await takeResponse(scope, one, 'late', async () => true)).to.equal(undefined);
  });
});
