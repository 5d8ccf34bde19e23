import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Httpd, startHttpd } from '../../support/apache.ts';
import { forGuides, pathsIn, signIn, signOut, startWorld, type World } from '../../support/guides.ts';
import { needSoftware } from '../../support/missing.ts';
import { freePort } from '../../support/server.ts';
import { everySnippetRuns, snippet } from '../../support/snippets.ts';

const [intranet, app] = ['intranet.example.com', 'app.example.com'];

describe('interop: guides to Apache, as they are printed, in Chromium over TLS', function () {
  this.timeout(120_000);
  let world: World;
  const running: Httpd[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'portaria-mellon-'));

  before(async function () {
    needSoftware(this, ...forGuides, 'apache', 'mod_auth_openidc', 'mod_auth_mellon');
    world = await startWorld([intranet, app]);
  });
  after(async () => {
    for (const httpd of running) await httpd.stop();
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const userOf = async (url: string) => {
    const page = await world.open(url);
    await signIn(page);
    await page.waitForURL(url);
    return { page, user: /USER=(\S+)/.exec((await page.textContent('body'))!)?.[1] };
  };

  it('apache-openid-connect.md', async () => {
    await world.register('apache-openid-connect.md');
    const directives = snippet('apache-openid-connect.md', 'apache');
    const port = await freePort();
    // the certificate of a real server is of an authority that the machine knows
    const around = `${world.behindTls(intranet)}\nOIDCXForwardedHeaders X-Forwarded-Proto X-Forwarded-Port\nOIDCCABundlePath ${world.front.authority}\nOIDCOutgoingProxy ${world.front.proxy}\n`;
    running.push(await startHttpd(port, 'auth_openidc', {}, () => around + directives));
    world.front.route(intranet, port);

    const { page, user } = await userOf(`https://${intranet}/protected/`);
    expect(user, running[0]!.errorLog()).to.equal('jsilva');
    const cookies = await page.context().cookies(`https://${intranet}/`);
    expect(cookies.map(({ secure }) => secure)).to.deep.equal([true]);
    await page.goto(`https://${intranet}/protected/redirect_uri?logout=${encodeURIComponent(`https://${intranet}/`)}`);
    await page.click('main button[type=submit]');
    await page.waitForURL(`https://${intranet}/`);
    await page.goto(`https://${intranet}/protected/`);
    await page.waitForSelector('input[name=password]');
  });

  it('apache-saml.md', async () => {
    const [guide, printed] = ['apache-saml.md', '/etc/apache2/saml'];
    chmodSync(folder, 0o755);
    await world.shell(guide, 0, printed, folder);
    const port = await freePort();
    const directives = pathsIn(snippet(guide, 'apache'), printed, folder);
    const httpd = await startHttpd(port, 'auth_mellon', {}, () => `${world.behindTls(app)}\n${directives}`);
    running.push(httpd);
    world.front.route(app, port);
    await world.shell(guide, 1, printed, folder);
    await world.register(guide, folder);

    const first = await userOf(`https://${app}/protected/`);
    expect(first.user, httpd.errorLog()).to.equal('jsilva');
    const second = await userOf(`https://${app}/protected/`);
    expect(second.user, 'the same at the next sign-in').to.equal('jsilva');
    await signOut(second.page);
    await second.page.goto(`https://${app}/protected/`);
    await second.page.waitForSelector('input[name=password]');
    await first.page.goto(`https://${app}/mellon/logout?ReturnTo=${encodeURIComponent(`https://${app}/bye`)}`);
    await first.page.waitForURL(`https://${app}/bye`);
    await first.page.goto(`https://${app}/protected/`);
    await first.page.waitForSelector('input[name=password]');
  });

  everySnippetRuns('apache-openid-connect.md', 'apache-saml.md');
});
