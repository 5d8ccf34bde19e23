import { expect } from 'chai';
import { forGuides, listening, signIn, startWorld, type World } from '../../support/guides.ts';
import { needSoftware } from '../../support/missing.ts';
import { freePort } from '../../support/server.ts';
import { everySnippetRuns } from '../../support/snippets.ts';

const [guide, app] = ['auth-js.md', 'board.example.com'];

describe('interop: the guide to Auth.js, as it is printed, in Chromium over TLS', function () {
  this.timeout(120_000);
  let world: World;

  before(async function () {
    needSoftware(this, ...forGuides, 'clients');
    world = await startWorld([app]);
    await world.register(guide);
  });
  after(() => world?.close());

  it('signs in and knows the name', async () => {
    const port = await freePort();
    world.front.route(app, port);
    const client = { CLIENT_ID: 'board', CLIENT_SECRET: 'the-secret-from-the-console', AUTH_SECRET: 'known to these servers alone' };
    const env = { ISSUER: 'https://login.example.com/acme', PORT: String(port), ...client };
    const program = world.run(guide, env, 0, '../interop/clients/');
    await listening(port);
    const page = await world.open(`https://${app}/`);
    expect(await page.textContent('body')).to.contain('Nobody is signed in.');
    await page.click('text=Sign in');
    await page.click('button[type=submit]');
    await signIn(page);
    await page.waitForSelector('text=Hello, João da Silva').catch(async () => {
      throw new Error(`${page.url()} ${await page.textContent('body')} ${program.output()}`);
    });
    await program.stop();
  });

  everySnippetRuns('auth-js.md');
});
