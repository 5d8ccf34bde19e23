import { expect } from 'chai';
import { type ApplicationInput, editApplication, registerApplication } from '../../../../src/domain/applications/applications/index.ts';
import { useStore } from '../../../support/use-cases.ts';

const metadata = (entityId: string, more = '') =>
  `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}">
  <md:SPSSODescriptor ${more} protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${entityId}/acs" index="1"/>
  </md:SPSSODescriptor></md:EntityDescriptor>`;

describe('domain/applications/applications: the metadata of a SAML partner', () => {
  const store = useStore();
  const chosen = { entityId: 'https://typed.example', nameIdFormat: 'persistent', sendGroups: true, signAssertion: false };
  const crm: ApplicationInput = { code: 'crm', name: 'CRM', saml: chosen };

  it('comes before what was typed, keeps what it does not speak of, and makes signatures more but never less', async () => {
    const partnerMetadata = metadata('https://sp.example', 'WantAssertionsSigned="true"');
    const { application } = await registerApplication(store.scope, { ...crm, partnerMetadata });
    const said = { entityId: 'https://sp.example', nameIdFormat: 'persistent', sendGroups: true, signAssertion: true };
    expect(application.saml).to.deep.include(said);
    expect(application.saml!.assertionConsumerServices[0]!.url).to.equal('https://sp.example/acs');
    expect(application).not.to.have.property('partnerMetadata');

    const moved = metadata('https://moved.example', 'WantAssertionsSigned="false"');
    const edited = await editApplication(store.scope, application.applicationId, { code: 'crm', name: 'CRM', partnerMetadata: moved });
    expect(edited.saml, 'what was chosen before stays').to.deep.include({ ...said, entityId: 'https://moved.example' });
  });

  it('that cannot be read is refused', async () => {
    for (const partnerMetadata of ['<a', '<a/>', 'typed'])
      expect(
        await store.refused('invalid_input', () => registerApplication(store.scope, { ...crm, code: 'new', partnerMetadata })),
      ).to.have.property('metadata');
  });
});
