import { expect } from 'chai';
import { mustBeOne, readPartner } from '../../src/domain/applications/applications/index.ts';
import { needSoftware } from '../support/missing.ts';
import { makeKeys } from '../support/saml.ts';
import { makers } from '../support/service-provider-metadata.ts';

const expected: Record<string, { entityId: RegExp; acs: string }> = {
  "Shibboleth SP's own address": { entityId: /^http:\/\/127\.0\.0\.1:\d+\/shibboleth$/, acs: '/Shibboleth.sso/SAML2/POST' },
  'shib-metagen': { entityId: /^https:\/\/sp\.example\/shibboleth$/, acs: '/Shibboleth.sso/SAML2/POST' },
  mellon_create_metadata: { entityId: /^urn:example:sp$/, acs: '/mellon/postResponse' },
  SimpleSAMLphp: { entityId: /metadata\.php\/default-sp$/, acs: '/module.php/saml/sp/saml2-acs.php/default-sp' },
  pysaml2: { entityId: /^http:\/\/127\.0\.0\.1:9\/md$/, acs: '/acs' },
};

describe('interop: the metadata that service providers make of themselves', function () {
  this.timeout(120_000);
  const keys = makeKeys();

  for (const maker of makers)
    it(maker.name, async function () {
      needSoftware(this, ...maker.needs);
      const xml = await maker.make(keys);
      expect(xml, 'its own').to.contain(maker.contains);
      const { settings, leftOut } = mustBeOne(readPartner(xml, new Date()));
      const { entityId, acs } = expected[maker.name]!;
      expect(settings.entityId).to.match(entityId);
      expect(settings.assertionConsumerServices.map(({ url }) => new URL(url).pathname)).to.deep.equal([acs]);
      expect(settings.signingCertificates).to.have.length(1);
      const reasons = new Set(leftOut.map(({ reason }) => reason));
      expect(
        ['artifact', 'binding', 'soap_logout', 'name_id_format', 'further_encryption', 'signature'],
        [...reasons].join(),
      ).to.include.members([...reasons]);
    });
});
