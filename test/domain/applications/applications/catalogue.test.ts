import { expect } from 'chai';
import {
  type Asked,
  type CatalogueEntry,
  catalogue,
  fieldOfAsked,
  fillEntry,
  isGenericEntry,
  isPlaceholder,
} from '../../../../src/domain/applications/applications/index.ts';
import { AppError } from '../../../../src/platform/errors/index.ts';
import { legalAnswer } from '../../../support/catalogue.ts';

const vendors = catalogue.filter((entry) => !isGenericEntry(entry));
const asking = (entry: CatalogueEntry) =>
  entry.asks.filter((asked): asked is Exclude<Asked, { kind: 'metadata' }> => asked.kind !== 'metadata');

const faultsOf = (entry: CatalogueEntry, typed: Record<string, string>): Record<string, string> | undefined => {
  try {
    fillEntry(entry, (field) => typed[field] ?? '');
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.fields;
  }
};

describe('domain: the catalogue', () => {
  it('has at least forty applications, each with the page that its values come from, and each of one id', () => {
    expect(vendors.length).to.be.at.least(40);
    for (const { id, source } of vendors) expect(source, id).to.match(/^https:\/\/[a-z0-9.-]+\/\S+$/);
    expect(new Set(catalogue.map(({ id }) => id)).size).to.equal(catalogue.length);
  });

  it('every word in braces of an address is asked for, and everything that is asked is used, or is metadata', () => {
    for (const entry of vendors) {
      const texts = JSON.stringify({ ...entry, asks: undefined });
      const used = new Set([...texts.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
      expect([...used].sort(), entry.id).to.deep.equal(asking(entry).map(fieldOfAsked).sort());
      if (entry.protocol === 'saml' && entry.asks.every(({ kind }) => kind !== 'metadata')) {
        expect(entry.entityId, entry.id).to.be.a('string');
        expect(entry.acsUrl, entry.id).to.be.a('string');
      }
    }
  });

  it('filled with legal answers every address is whole, and nobody’s example stands in it', () => {
    for (const entry of vendors) {
      const { launchUrl, oidc, saml } = fillEntry(entry, (field) => legalAnswer(entry, field));
      const text = JSON.stringify({ launchUrl, oidc, saml });
      expect(text, entry.id).not.to.match(/[{]\w+[}]|undefined|example\.com/);
      for (const address of [launchUrl, ...((oidc?.redirect_uris as string[] | undefined) ?? [])].filter((one) => one !== undefined))
        expect(URL.canParse(address), `${entry.id} ${address}`).to.equal(true);
    }
  });

  it('every placeholder that was left is refused at its field, in whatever is asked', () => {
    const left = [
      'your-subdomain',
      'yoursubdomain',
      'example',
      '<subdomain>',
      '{domain}',
      'your-company',
      'mycompany',
      'su-empresa',
      'suaempresa',
      '[EMPRESA]',
    ];
    for (const entry of vendors)
      for (const asked of asking(entry)) {
        const field = fieldOfAsked(asked);
        const whole = asked.kind === 'subdomain' ? left.map((one) => `https://${one}.${asked.of}`) : [];
        const addresses = ['https://app.example.com', 'https://your-company.com/x', 'https://<host>/'];
        for (const text of [...left, ...whole, ...addresses])
          expect(faultsOf(entry, { [field]: text }), `${entry.id} ${text}`).to.have.property(field);
      }
    expect(isPlaceholder('https://fluig.acme.example'), 'a top-level domain for trying things out').to.equal(false);
    for (const own of [
      'acme',
      'https://server.acme.com',
      'https://example-group.com',
      'company-x',
      'app.datadoghq.com',
      'https://domain.acme.com.br',
    ])
      expect(isPlaceholder(own), own).to.equal(false);
  });

  it('what the form shows as a sample is refused in every language', () => {
    for (const company of ['your-company', 'su-empresa', 'sua-empresa'])
      for (const entry of vendors)
        for (const asked of asking(entry)) {
          // one of the vendor's own hosts, which is the answer of many companies
          if (asked.kind === 'value' && /datadoghq/.test(asked.sample)) continue;
          const sample = asked.kind === 'value' ? asked.sample.replace('your-company', company) : company;
          const shown = { address: `https://${entry.id}.${sample}.com`, domain: `${sample}.com`, subdomain: sample, value: sample };
          const field = fieldOfAsked(asked);
          expect(faultsOf(entry, { [field]: shown[asked.kind] }), `${entry.id} ${shown[asked.kind]}`).to.include({
            [field]: 'fields.still_example',
          });
        }
  });

  it('nothing at all is refused by the rule of its kind', () => {
    for (const entry of vendors)
      for (const asked of asking(entry)) expect(faultsOf(entry, {}), entry.id).to.have.property(fieldOfAsked(asked));
  });

  describe('S28: the address of Fluig', () => {
    const fluig = catalogue.find(({ id }) => id === 'fluig')!;
    const filled = (address: string) => fillEntry(fluig, () => address);

    it('any page of the platform says it; entity ID, ACS URL and Launchpad URL are made of it', () => {
      for (const address of [
        'https://fluig.acme.com',
        'https://fluig.acme.com/',
        '  https://FLUIG.acme.com/portal/p/1/home  ',
        'fluig.acme.com/portal',
        'https://fluig.acme.com/portal/home?wcmadmin=true#top',
      ])
        expect(filled(address), address).to.deep.include({ launchUrl: 'https://fluig.acme.com/portal/home' });
      expect(filled('https://fluig.acme.com:8443/x').saml).to.deep.include({
        entityId: 'https://fluig.acme.com:8443',
        assertionConsumerServices: [{ url: 'https://fluig.acme.com:8443/portal/home', index: 0, isDefault: true }],
      });
    });

    it('what is no address, or not safe, is refused by a rule that says so', () => {
      const faults: Record<string, string> = {
        '': 'own_address',
        fluig: 'own_address',
        'two words.com': 'own_address',
        'https://': 'own_address',
        'https://ana:secret@fluig.acme.com': 'own_address',
        'http://fluig.acme.com': 'own_address_https',
        'ftp://fluig.acme.com': 'own_address_https',
        'javascript://fluig.acme.com': 'own_address_https',
        'https://fluig.example.com': 'still_example',
        'https://your-company.com.br': 'still_example',
      };
      for (const [address, fault] of Object.entries(faults))
        expect(faultsOf(fluig, { address }), address).to.deep.equal({ address: `fields.${fault}` });
    });
  });

  it('a folder stays where installations have one; a subdomain is read out of the whole address', () => {
    const fill = (id: string, answer: string) => fillEntry(catalogue.find((one) => one.id === id)!, () => answer);
    expect(fill('zabbix', 'https://tools.acme.com/zabbix/index.php').saml).to.include({ entityId: 'https://tools.acme.com/zabbix' });
    for (const answer of ['acme', 'ACME', 'acme.zendesk.com', 'https://acme.zendesk.com/hc/pt-br'])
      expect(fill('zendesk', answer).saml, answer).to.include({ entityId: 'https://acme.zendesk.com' });
    expect(() => fill('zendesk', 'acme.other.com')).to.throw(AppError);
    expect(fill('slack', 'https://acme.enterprise.slack.com/').saml?.assertionConsumerServices?.[0]?.url).to.equal(
      'https://acme.enterprise.slack.com/sso/saml',
    );
    expect(fill('salesforce', 'https://acme--uat.sandbox.my.salesforce.com/').saml).to.include({
      entityId: 'https://acme--uat.sandbox.my.salesforce.com',
    });
  });
});
