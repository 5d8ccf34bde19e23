import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { applyState, parseState } from '../../../src/domain/administration/desired-state/index.ts';
import { makeKeys } from '../../support/saml.ts';
import { blocksToRun, everySnippetRuns, snippet } from '../../support/snippets.ts';
import { useStore } from '../../support/use-cases.ts';

const der = makeKeys().certificate.replace(/-----[^-]+-----|\s/g, '');
/** What an application makes when it runs. */
const metadata = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://app.example.com/"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${der}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor><AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://app.example.com/acs" index="0"/></SPSSODescriptor></EntityDescriptor>`;

describe('interop: what the guides register', () => {
  const store = useStore();
  const guides = readdirSync(new URL('../../../docs/guides/', import.meta.url));

  it('goes through `apply` as it is printed, in every guide', async () => {
    for (const guide of guides) {
      const state = parse(snippet(guide, 'yaml'), (_key, value) => (value === 'app-metadata.xml' ? metadata : value));
      const { changes } = await applyState(store.scope, parseState(state), { dryRun: true });
      expect(
        changes.map(({ action }) => action),
        guide,
      ).to.include('created');
      for (const { launchUrl, oidc, saml, code } of state.contexts[0].applications ?? []) {
        const needsTile = oidc?.redirect_uris !== undefined || saml !== undefined;
        if (needsTile) expect(launchUrl ?? saml, `${guide}: ${code} has a tile that leads somewhere`).not.to.equal(undefined);
      }
    }
  });

  // of the guides that are not tried otherwise
  everySnippetRuns(...guides.filter((guide) => blocksToRun(guide).length === 1));
});
