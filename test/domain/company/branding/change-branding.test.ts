import { expect } from 'chai';
import { brandingSettings, changeBranding, changeCompanyLogo, findCompanyLogo } from '../../../../src/domain/company/branding/index.ts';
import { loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/company/branding', () => {
  const store = useStore();
  const load = () => loadSettings(store.scope, brandingSettings);
  /** One red pixel. */
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==', 'base64');

  it('colour, words and links change, and the logo stays', async () => {
    expect(await store.eventsOf(() => changeCompanyLogo(store.scope, png))).to.deep.equal(['settings.changed', 'context.logo-changed']);
    const { value, version } = await load();
    expect(value.logo).to.match(/./);
    const input = { color: '#8B0000', texts: { en: { signIn: ' Welcome ' } }, links: { help: 'https://acme.example/help' } };
    expect(await store.eventsOf(() => changeBranding(store.scope, input, version))).to.deep.equal(['settings.changed']);
    expect((await load()).value).to.deep.equal({
      color: '#8b0000',
      texts: { en: { signIn: 'Welcome', launchpad: '' } },
      links: { help: 'https://acme.example/help', privacy: '', terms: '' },
      logo: value.logo,
    });
    expect(await store.eventsOf(async () => changeBranding(store.scope, input, (await load()).version)), 'the same again').to.deep.equal(
      [],
    );
    await changeCompanyLogo(store.scope, undefined);
    expect(await findCompanyLogo(store.scope)).to.equal(undefined);
    expect((await load()).value).to.include({ logo: '', color: '#8b0000' });
    expect((await loadSettings(store.other, brandingSettings)).version).to.equal(0);
  });

  const refused: [what: string, input: Record<string, unknown>, path: string][] = [
    ['a word as a colour', { color: 'red' }, 'color'],
    ['a colour on which white cannot be read', { color: '#ffff00' }, 'color'],
    ['a link to a script', { links: { help: 'javascript:alert(1)' } }, 'links.help'],
    ['a link over plain http', { links: { terms: 'http://acme.example' } }, 'links.terms'],
    ['two lines of words', { texts: { en: { signIn: 'a\nb' } } }, 'texts.en.signIn'],
    ['many words', { texts: { es: { launchpad: 'x'.repeat(301) } } }, 'texts.es.launchpad'],
    ['a setting that there is not', { font: 'Comic Sans' }, 'font'],
  ];
  for (const [what, input, path] of refused)
    it(`${what} is refused, and the setting is named`, async () => {
      const { version } = await load();
      expect(await store.refused('invalid_input', () => changeBranding(store.scope, input as never, version))).to.have.property(path);
    });

  it('no picture is no logo, and who comes later is told', async () => {
    expect(await store.refused('invalid_input', () => changeCompanyLogo(store.scope, Buffer.from('<svg/>')))).to.have.property('logo');
    await store.refused('changed_meanwhile', () => changeBranding(store.scope, { color: '#000000' }, 99));
  });

  it('the write and its event stand or fall together', async () => {
    const { version } = await load();
    await store.inOneTransaction((scope) => changeBranding(scope, { color: '#123456' }, version));
    await store.inOneTransaction((scope) => changeCompanyLogo(scope, png));
  });
});
