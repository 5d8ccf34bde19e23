// Makes a picture of every page, to look at: `npm run screenshots -- [FOLDER] [--only=REGEX]`. Each in 1280 and 390, light and dark, three languages, with names as long as they
// may be, and lists in a company that has nothing yet. It says which pictures are not as the last time, and FOLDER/index.html shows them all.
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { BrowserContext, Page } from 'playwright-core';
import { launchChromium, openBrowserContext } from '../../test/support/chromium.ts';
import { giveLongNames } from '../../test/support/long-names.ts';
import { preparePages } from '../../test/support/pages.ts';
import { stopSharedPostgres } from '../../test/support/postgres.ts';
import { passwords, prepareStartingState, startTestServer } from '../../test/support/server.ts';
import { differ } from './compare.ts';
import { Pictures } from './pictures.ts';
import { loadPictures, steady } from './steady.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string', default: '' } } });
const folder = positionals[0] ?? 'gallery';
const only = new RegExp(values.only);
mkdirSync(folder, { recursive: true });

const viewports = { 1280: { width: 1280, height: 800 }, 390: { width: 390, height: 844 } };
const locales = ['en', 'es', 'pt-BR'];
const lists = [
  'users',
  'groups',
  'directories',
  'applications',
  'apis',
  'custom-fields',
  'operations',
  'consent',
  'messages',
  'policy',
  'explain',
];
const emptyPaths = ['/launchpad', '/admin', ...lists.map((name) => `/admin/${name}`)];

/** A name for a file: without ids and tokens. */
const nameOf = (path: string): string =>
  path
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\w-]{43}/g, 'x')
    .replace(/code_challenge.*/, '')
    .replace(/\W+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80);

await prepareStartingState();
const server = await startTestServer();
const browser = await launchChromium();
const reader = await browser.newPage();
const pictures = new Pictures(folder, (before, now) => differ(reader, before, now));
const other = `${server.baseUrl}/other`;

async function signIn(page: Page, issuer: string, login: string, password: string): Promise<void> {
  await page.goto(`${issuer}/launchpad`);
  await page.fill('#login', login);
  await page.fill('#password', password);
  await page.click('main button[type=submit]');
}

/** The cookies of a session that goes on in every look. */
async function session(issuer: string, login: string, password: string) {
  const context = await openBrowserContext(browser);
  const page = await context.newPage();
  await signIn(page, issuer, login, password);
  await page.waitForURL(/launchpad$/);
  const { cookies } = await context.storageState();
  await context.close();
  return cookies;
}

const cookies = [
  ...(await session(server.issuer, 'ana@acme.example', passwords.ana)), // before a second factor is set up
  ...(await session(other, 'root@other.example', passwords.root)),
];
const paths = await preparePages(server);
await giveLongNames(server);
await server.app.stopJobs(); // what they do meanwhile would show in one look and not in another
const { db } = await server.scope();

async function shoot(page: Page, name: string, look: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(loadPictures);
    await page.evaluate(steady);
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await pictures.keep(`${name} ${look} ${colorScheme}`, await page.screenshot({ fullPage: true, animations: 'disabled', caret: 'hide' }));
  }
}

/** What a person meets who is not signed in. */
async function shootSignIn(context: BrowserContext, look: string): Promise<void> {
  const page = await context.newPage();
  const wanted = (name: string) => only.test(name);
  if (wanted('sign-in')) {
    await page.goto(`${server.issuer}/launchpad`);
    await shoot(page, 'sign-in', look);
  }
  if (wanted('sign-in-refused')) {
    await signIn(page, server.issuer, 'nobody@acme.example', 'a wrong password');
    await page.waitForSelector('#fault');
    await shoot(page, 'sign-in-refused', look);
  }
}

/** All looks in one sign-in: each that is begun and not ended counts as an attempt. */
async function shootSecondFactor(): Promise<void> {
  const page = await (await openBrowserContext(browser)).newPage();
  await signIn(page, server.issuer, 'ana@acme.example', passwords.ana);
  await page.waitForURL(/second-factor$/);
  const to = encodeURIComponent(page.url().slice(server.issuer.length));
  for (const [width, viewport] of Object.entries(viewports))
    for (const locale of locales) {
      await page.setViewportSize(viewport);
      await page.goto(`${server.issuer}/language?locale=${locale}&to=${to}`);
      await shoot(page, 'second-factor', `${width} ${locale}`);
    }
}
/** What somebody meets who saves what somebody else has changed: the form says that it is older than it is, so nothing is saved and every look is the same. */
async function shootConflict(page: Page, look: string): Promise<void> {
  const path = paths.find((one) => /applications\/[^/]+\/edit$/.test(one) && !paths.includes(one.replace(/edit$/, 'trace')))!;
  await page.goto(`${server.issuer}${path}`);
  await page.evaluate(`(() => {
    const form = document.querySelector('[name="shown"]').form;
    form.elements.version.value = '0';
    form.elements.shown.value = '';
    const [field] = form.querySelectorAll('textarea:not(:placeholder-shown), textarea');
    field.value = field.value + '\\nhttps://pay.acme.example/callback\\nhttps://pay.acme.example/silent';
  })()`);
  await page.click('.form-end [type=submit], main form [type=submit] >> nth=0');
  await page.waitForSelector('.conflict');
  await page.evaluate('scrollTo(0, 0)');
  await shoot(page, 'conflict', look);
}

if (only.test('second-factor')) await shootSecondFactor();

for (const [width, viewport] of Object.entries(viewports))
  for (const locale of locales) {
    const look = `${width} ${locale}`;
    const stranger = await openBrowserContext(browser, { locale, viewport });
    await shootSignIn(stranger, look);
    await stranger.close();
    const context = await openBrowserContext(browser, { locale, viewport });
    await context.addCookies(cookies);
    const page = await context.newPage();
    await db('sessions').update({ authenticated_at: new Date(), ended_at: null });
    const all = [
      ...paths.map((path) => [nameOf(path), server.issuer + path] as const),
      ...emptyPaths.map((path) => [`empty ${nameOf(path)}`, other + path] as const),
    ];
    for (const [name, address] of all.filter(([name]) => only.test(name))) {
      await page.goto(address);
      await shoot(page, name, look);
    }
    if (only.test('conflict')) await shootConflict(page, look);
    await context.close();
    console.log(`${look}: ${pictures.count} pictures`);
  }

await browser.close();
await server.close();
await stopSharedPostgres();
const { added, changed, gone } = pictures.finish(only.source !== '(?:)');
for (const [what, names] of Object.entries({ added, changed, gone }))
  if (names.length > 0) console.log(`${what} (${names.length}):\n  ${names.join('\n  ')}`);
console.log(`${pictures.count} pictures in ${folder}; ${changed.length} changed, ${added.length} new, ${gone.length} gone`);
process.exit();
