import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { forGuides, listening, signIn, startWorld, type World } from '../../support/guides.ts';
import { needSoftware } from '../../support/missing.ts';
import { eventually } from '../../support/process.ts';
import { freePort } from '../../support/server.ts';
import { everySnippetRuns, snippet } from '../../support/snippets.ts';

const issuer = 'https://login.example.com/acme';
const [app, spa, api] = ['app.example.com', 'spa.example.com', 'api.example.com'];

describe('interop: guides to OpenID Connect, as they are printed, in Chromium over TLS', function () {
  this.timeout(120_000);
  let world: World;
  const servers: Server[] = [];

  before(async function () {
    needSoftware(this, ...forGuides);
    world = await startWorld([app, spa, api]);
  });
  after(async () => {
    for (const server of servers) server.close();
    await world?.close();
  });

  it('node.md', async () => {
    await world.register('node.md');
    const port = await freePort();
    world.front.route(app, port);
    const secret = { CLIENT_ID: 'app', CLIENT_SECRET: 'the-secret-from-the-console' };
    const program = world.run('node.md', { ISSUER: issuer, ADDRESS: `https://${app}`, PORT: String(port), ...secret });
    await listening(port);
    const page = await world.open(`https://${app}/`);
    await signIn(page);
    await page.waitForURL(`https://${app}/callback?**`);
    expect(await page.textContent('body'), program.output()).to.equal('Hello, João da Silva');
    const [cookie] = await page.context().cookies(`https://${app}/`);
    expect(cookie).to.include({ name: 'flow', secure: true, httpOnly: true, sameSite: 'Lax' });
    const elsewhere = await world.open(page.url());
    expect(await elsewhere.textContent('body'), 'a link from another browser').to.contain('The sign-in did not work');
    await program.stop();
  });

  it('single-page.md', async () => {
    await world.register('single-page.md');
    const html = snippet('single-page.md', 'html');
    const port = await freePort();
    const pages = createServer((_request, response) => response.setHeader('content-type', 'text/html; charset=utf-8').end(html));
    servers.push(pages.listen(port, '127.0.0.1'));
    world.front.route(spa, port);
    const page = await world.open(`https://${spa}/`);
    expect(await page.textContent('#who')).to.equal('Nobody is signed in.');
    await page.click('#sign-in');
    await signIn(page);
    await page.waitForSelector('text=Hello, João da Silva');
    expect(page.url()).to.equal(`https://${spa}/`);
  });

  it('device.md', async () => {
    await world.register('device.md');
    const program = world.run('device.md', { ISSUER: issuer });
    await eventually(async () => expect(program.output()).to.match(/^Open /), 20_000);
    const [, address] = /or open (\S+)/.exec(program.output())!;
    const page = await world.open(address!);
    for (let i = 0; i < 4 && !(await page.locator('input[name=password]').count()); i++) await page.click('main button[type=submit]');
    await signIn(page);
    await eventually(async () => expect(program.output()).to.contain('Hello, João da Silva'), 20_000);
  });

  it('service.md', async () => {
    await world.register('service.md');
    const port = await freePort();
    world.front.route(api, port);
    world.run('service.md', { ISSUER: issuer, CLIENT_SECRET: 'another-secret-from-the-console', PORT: String(port) }, 1);
    await listening(port);
    const address = { ISSUER: issuer, API: `https://${api}/` };
    const allowed = world.run('service.md', { ...address, CLIENT_SECRET: 'the-secret-from-the-console' });
    await eventually(async () => expect(allowed.output()).to.equal('200 Stock for nightly\n\n'), 20_000);
    await allowed.stop();
    const refused = world.run('service.md', { ...address, CLIENT_SECRET: 'another-secret-from-the-console', CLIENT_ID: 'stock-api' });
    await eventually(async () => expect(refused.output()).to.contain('No token: invalid_request'), 20_000);
  });

  everySnippetRuns('node.md', 'single-page.md', 'device.md', 'service.md');
});

describe('interop: the guide to signing out, as it is printed, in Chromium over TLS', function () {
  this.timeout(120_000);
  let world: World;
  let address: string;

  before(async function () {
    needSoftware(this, ...forGuides);
    const port = await freePort();
    const onPort = (text: string) => text.replaceAll('localhost:4000', `localhost:${port}`);
    address = onPort('http://localhost:4000');
    world = await startWorld([app], { jobs: false });
    await world.serve('logout.md', onPort);
    await world.register('logout.md', undefined, onPort);
    world.run('logout.md', { ISSUER: issuer, ADDRESS: address, CLIENT_ID: 'app', CLIENT_SECRET: 'the-secret-from-the-console' });
    await listening(port);
  });
  after(() => world?.close());

  async function signedIn() {
    const page = await world.open(`${address}/`);
    await page.click('text=Sign in');
    await signIn(page);
    await page.waitForSelector('text=Hello, ');
    return page;
  }

  it('logout.md: from the application to Portaria', async () => {
    const page = await signedIn();
    await page.click('text=Sign out');
    await page.waitForURL(/login\.example\.com/);
    await page.click('main button[type=submit]');
    await page.waitForURL(`${address}/`);
    await page.click('text=Sign in');
    await page.waitForSelector('input[name=password]');
  });

  it('logout.md: from Portaria to the application', async () => {
    const page = await signedIn();
    await page.goto(`${issuer}/sign-out`);
    await page.click('main button[type=submit]');
    await page.waitForSelector('text=You are signed out');
    await eventually(async () => {
      await page.goto(`${address}/`);
      expect(await page.textContent('body')).to.equal('Sign in');
    }, 20_000);
  });

  everySnippetRuns('logout.md');
});
