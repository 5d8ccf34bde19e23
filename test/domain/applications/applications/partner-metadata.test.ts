import { expect } from 'chai';
import { mustBeOne, readPartner, withPartner } from '../../../../src/domain/applications/applications/index.ts';
import { AppError } from '../../../../src/platform/errors/index.ts';

const metadata = (entityId: string, more = '') =>
  `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityId}">
  <md:SPSSODescriptor ${more} protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${entityId}/acs" index="1"/>
  </md:SPSSODescriptor></md:EntityDescriptor>`;

const now = new Date('2026-11-29T12:00:00Z');
const read = (xml: string) => mustBeOne(readPartner(xml, now));

describe('domain/applications/applications: the metadata of a SAML partner', () => {
  const chosen = { entityId: 'https://typed.example', nameIdFormat: 'persistent', sendGroups: true, signAssertion: false };

  it('comes before what was typed, keeps what it does not speak of, and makes signatures more but never less', () => {
    const saml = withPartner(chosen, read(metadata('https://sp.example', 'WantAssertionsSigned="true"')));
    const said = { entityId: 'https://sp.example', nameIdFormat: 'persistent', sendGroups: true, signAssertion: true };
    expect(saml).to.deep.include(said);
    expect(saml.assertionConsumerServices).to.have.deep.members([{ url: 'https://sp.example/acs', index: 1, isDefault: false }]);
    const moved = withPartner(saml, read(metadata('https://moved.example', 'WantAssertionsSigned="false"')));
    expect(moved, 'what was chosen before stays').to.deep.include({ ...said, entityId: 'https://moved.example' });
  });

  it('that cannot be read is refused', () => {
    for (const [xml, rule] of Object.entries({ '<a': 'well_formed', '<a/>': 'not_metadata', typed: 'not_xml' }))
      expect(() => read(xml))
        .to.throw(AppError)
        .with.property('fields')
        .that.deep.equals({ metadata: `fields.metadata_${rule}` });
  });
});
