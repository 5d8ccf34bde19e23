import { expect } from 'chai';
import { ChangeListener } from '../../../src/platform/database/index.ts';
import type { ResolvedContext } from '../../../src/web/request/index.ts';
import { SamlDirectory } from '../../../src/web/saml/index.ts';

const company = (contextId: string, url = `https://${contextId}.example`, edition = 1) =>
  ({
    context: { contextId, url, edition, saml: { entityId: url, ssoUrl: `${url}/saml/sso`, sloUrl: `${url}/saml/slo` } } as ResolvedContext,
  }) as const;

describe('unit: the SAML context of a company', () => {
  let listener: ChangeListener;
  let directory: SamlDirectory;
  beforeEach(() => {
    listener = new ChangeListener('postgresql://nowhere');
    listener.isTrusted = true;
    directory = new SamlDirectory(listener, 2);
  });

  it('is one for all of its requests, and says how partners know it', () => {
    const saml = directory.contextOf(company('acme'));
    expect(directory.contextOf(company('acme'))).to.equal(saml);
    expect(directory.contextOf(company('other'))).to.not.equal(saml);
    expect(saml).to.include({
      entityId: 'https://acme.example',
      ssoUrl: 'https://acme.example/saml/sso',
      sloUrl: 'https://acme.example/saml/slo',
    });
  });

  it('is made again after a change of this company, and not after another’s', () => {
    const [acme, other] = [directory.contextOf(company('acme')), directory.contextOf(company('other'))];
    listener.tell('acme');
    expect(directory.contextOf(company('other'))).to.equal(other);
    expect(directory.contextOf(company('acme'))).to.not.equal(acme);
    listener.tell('*');
    expect(directory.contextOf(company('other'))).to.not.equal(other);
  });

  it('is believed for one request while no change notices arrive', () => {
    const known = directory.contextOf(company('acme'));
    listener.isTrusted = false;
    expect(directory.contextOf(company('acme'))).to.not.equal(known);
  });

  it('has the addresses of the request that asks, also when one from before a change comes late', () => {
    const [before, after] = [company('acme', 'https://old.example', 1), company('acme', 'https://new.example', 2)];
    directory.contextOf(after);
    expect(directory.contextOf(before).ssoUrl).to.equal('https://old.example/saml/sso');
    expect(directory.contextOf(after).ssoUrl).to.equal('https://new.example/saml/sso');
  });

  it('of companies that nobody asks for are forgotten', () => {
    const first = directory.contextOf(company('first'));
    for (const name of ['second', 'third']) directory.contextOf(company(name));
    expect(directory.contextOf(company('first'))).to.not.equal(first);
  });
});
