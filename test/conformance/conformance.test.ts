import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { load } from 'cheerio';
import type { Answer } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { startOwnServer } from './own-server.ts';
import { happyChecks } from './plans/code-flow.ts';
import { authorize, authorizeForCode } from './suite/authorize.ts';
import { describeCounts, Notes, type Result, runPlan } from './suite/outcome.ts';
import { runAll } from './suite/run-all.ts';
import { createSend } from './suite/send.ts';
import { openWorld } from './suite/world.ts';

/** What is reported and stays as it is, with why. docs/conformance.md says the same. */
const knownWarnings: Record<string, string> = {
  'the ID token does not repeat the claims of userinfo': 'many relying parties read the ID token only',
  'a fragment cannot be carried over a redirect': 'addresses are compared exactly, and clients would have to expect a fragment',
  'client assertion: a jti of one letter': 'it is refused a second time; no specification gives it a length',
};

/** What is not offered, or cannot be seen on the run's own server. */
const knownSkips: Record<string, string> = {
  'an unsigned ID token only for clients that ask for it': 'there are none',
  'keys: certificates beside them have the same key': 'there are none',
  'TLS 1.2 at least': 'the proxy before Portaria decides it',
};

type Spoil = (answer: Answer) => Partial<Answer>;

/** The way back is a page that leads on by itself. */
const inAddress =
  (change: (address: string) => string): Spoil =>
  ({ text }) => ({
    text: text.replace(
      /(content="0; url=)([^"]+)/,
      (_, start, url) => start + change(url.replaceAll('&amp;', '&')).replaceAll('&', '&amp;'),
    ),
  });

/** Answers as a provider that is wrong would give them, and the sentence by which that is found. */
const sabotages: [sentence: string, spoil: Spoil][] = [
  ['state comes back', inAddress((url) => url.replace(/([?&]state=)[^&]+/, '$1other'))],
  ['no parameter comes twice', inAddress((url) => `${url}&code=another`)],
  ['iss is the issuer (RFC 9207', inAddress((url) => url.replace(/([?&]iss=)[^&]+/, '$1https://elsewhere.example'))],
  ['in the query', inAddress((url) => url.replace('?code=', '#code='))],
  ['Cache-Control: no-store', ({ headers }) => ({ headers: { ...headers, 'cache-control': 'public' } })],
  ['expires_in', ({ text }) => ({ text: text.replace(/"expires_in":\d+/, '"expires_in":"soon"') })],
  ['signed by a key of jwks_uri', ({ text }) => ({ text: text.replace(/("id_token":"[^"]+)[^"]{20}"/, `$1${'A'.repeat(20)}"`) })],
  ['sub is the same', ({ text }) => ({ text: text.replace(/^\{"sub":"[^"]+"/, '{"sub":"somebody"') })],
];

describe('conformance: the provider from outside, over TLS, without JavaScript', function () {
  this.timeout(300_000);
  let own: Awaited<ReturnType<typeof startOwnServer>>;
  let results: Result[];

  before(async function () {
    needSoftware(this, 'openssl');
    own = await startOwnServer();
    results = await runAll(own.settings, own.places, own.arrivals);
    console.log(describeCounts(results));
  });
  after(() => own?.close());

  const named = (outcome: Result['outcome']) =>
    [...new Set(results.filter((one) => one.outcome === outcome).map(({ name }) => name))].sort();

  it('nothing fails', () => {
    expect(results.filter(({ outcome }) => outcome === 'FAIL').map(({ plan, name, details }) => [plan, name, ...details])).to.deep.equal(
      [],
    );
    expect(results.length).to.be.greaterThan(120);
  });

  it('the warnings are known', () => expect(Object.keys(knownWarnings)).to.include.members(named('WARN')));

  it('what is skipped is known', () => expect(Object.keys(knownSkips)).to.include.members(named('SKIPPED')));

  for (const [sentence, spoil] of sabotages)
    it(`finds a provider that breaks: ${sentence}`, async () => {
      const ask = createSend(own.places);
      const isEnding = ({ url, text }: Answer) =>
        /\/oidc\/(token|userinfo)$/.test(url) || text.includes(`url=${own.settings.redirect_uri}`);
      const spoiled: typeof ask = async (url, options) => {
        const answer = await ask(url, options);
        return isEnding(answer) ? { ...answer, ...spoil(answer) } : answer;
      };
      const [result] = await runPlan({ name: '', checks: happyChecks.slice(0, 1) }, await openWorld(own.settings, spoiled));
      expect(result!.outcome).to.equal('FAIL');
      expect(result!.details.join('\n')).to.contain(sentence);
    });

  it('the choice of an account has the names that docs/conformance.md gives', async () => {
    const world = await openWorld(own.settings, createSend(own.places));
    await authorizeForCode(world, new Notes());
    const { page } = await authorize(world, new Notes(), world.signedIn, { prompt: 'select_account' });
    const decisions = load(page.text)('button[name=decision]');
    expect(decisions.toArray().map(({ attribs }) => attribs.value)).to.include.members(['stay', 'other']);
  });

  it('docs/conformance.md has every known warning', () => {
    const page = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8');
    for (const name of Object.keys(knownWarnings)) expect(page).to.contain(`| ${name} |`);
  });
});
