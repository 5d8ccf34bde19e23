// Makes the pictures of docs/images with Chromium on a server of its own: `npm run images`. Pictures of all pages, to look at,
// are made by `npm run screenshots`.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { runBulkChange } from '../src/domain/administration/account-changes/index.ts';
import { runOperation } from '../src/domain/records/operations/index.ts';
import type { Scope } from '../src/domain/scope.ts';
import { launchChromium, openBrowserContext, phone } from '../test/support/chromium.ts';
import { preparePages } from '../test/support/pages.ts';
import { stopSharedPostgres } from '../test/support/postgres.ts';
import { passwords, prepareStartingState, startTestServer } from '../test/support/server.ts';
import { steadyIds } from './gallery/steady.ts';

const images = fileURLToPath(new URL('../docs/images/', import.meta.url));
mkdirSync(images, { recursive: true });

await prepareStartingState();
const server = await startTestServer();
const more = ['Travel', 'Time sheet', 'Wiki', 'Support desk', 'Reports'].map((name, index) => ({
  code: name.toLowerCase().replace(' ', '-'),
  name,
  category: ['Finance', 'People', 'Knowledge', 'Service', 'Finance'][index],
  launchUrl: 'https://app.acme.example/',
  assignedTo: { groups: ['Everyone'] },
}));
const people = [
  ['Beatriz', 'Nogueira'],
  ['Carlos', 'Eduardo Pereira'],
  ['Débora', 'Antunes'],
  ['Everton', 'Ribeiro'],
].map(([firstName, lastName]) => ({
  email: `${firstName!.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')}@acme.example`,
  firstName,
  lastName,
}));
const crm = {
  code: 'zendesk',
  name: 'Zendesk',
  category: 'Service',
  catalogueEntry: 'zendesk',
  assignedTo: { groups: ['Everyone'] },
  saml: {
    entityId: 'https://acme.zendesk.com',
    assertionConsumerServices: [{ url: 'https://acme.zendesk.com/access/saml' }],
    attributes: [
      { name: 'name', from: 'fullName' },
      { name: 'organization', value: 'Acme' },
    ],
    sendGroups: true,
  },
};
const customFields = [
  { code: 'cost_center', label: 'Centro de custo', type: 'text' },
  { code: 'hired', label: 'Admissão', type: 'date', personal: true },
  { code: 'driver', label: 'Motorista', type: 'boolean' },
  { code: 'sites', label: 'Unidades', type: 'choices', options: ['Joinville', 'Recife', 'São Paulo'] },
];
await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users: people, customFields, applications: [...more, crm] }] });

const browser = await launchChromium();
const at = (path: string) => `${server.issuer}${path}`;

async function signIn(page: Page): Promise<void> {
  await page.goto(at('/launchpad'));
  await page.fill('#login', 'ana@acme.example');
  await page.fill('#password', passwords.ana);
  await page.click('button[type=submit]');
  await page.waitForURL(/launchpad$/);
}

async function applicationPage(page: Page, name = 'Payroll'): Promise<string> {
  await page.goto(at('/admin/applications'));
  await page.click(`text=${name}`);
  return new URL(page.url()).pathname.replace('/acme', '');
}

/** Ids, ports and colours are the same in every run. @param path where it is kept, if alone */
async function picture(page: Page, path?: string): Promise<Buffer> {
  await page.evaluate(steadyIds);
  return page.screenshot({ animations: 'disabled', caret: 'hide', ...(path ? { path: `${images}${path}.png` } : {}) });
}

async function makeImages(): Promise<void> {
  const context = await openBrowserContext(browser, { viewport: { width: 1200, height: 760 } });
  const page = await context.newPage();
  const scope = await server.scope();
  await page.goto(at('/launchpad'));
  const signInShot = await picture(page);
  await signIn(page);
  const launchpadShot = await picture(page);
  await page.goto(at(`${await applicationPage(page)}/connection`));
  const applicationShot = await picture(page, 'application');
  const zendesk = await applicationPage(page, 'Zendesk');
  await page.goto(at(`${zendesk}/preview?login=beatriz@acme.example`));
  await picture(page, 'saml-preview');
  await makeHistory(scope);
  await page.goto(at('/admin'));
  await page.click('.first-steps button'); // hidden, as in a company that is no longer new
  await page.waitForSelector('.first-steps', { state: 'detached' });
  await page.setViewportSize({ width: 1200, height: 1120 });
  await page.goto(at('/admin'));
  await picture(page, 'home');
  await page.setViewportSize({ width: 1200, height: 760 });
  await page.goto(at('/admin/users'));
  await page.click('tbody .row-menu summary');
  await picture(page, 'users');
  await page.goto(at('/admin/policy'));
  await picture(page, 'policy');
  await page.goto(at('/admin/branding'));
  await page.fill('input#color', '#0b5c4b');
  await page.click('form.form-page button[type=submit]');
  await page.waitForSelector('.alert-done');
  await page.goto(at('/admin/branding'), { waitUntil: 'networkidle' }); // its preview, too
  await picture(page, 'branding');
  await page.goto(at('/admin/consent/edit'));
  await page.fill('[name="en.title"]', 'Terms of use');
  await page.fill('[name="en.body"]', 'What you may do with the company’s applications, and what we keep of it.');
  await page.click('form.form-page button[type=submit]');
  await page.click('button[value=accept]');
  await page.goto(at('/admin/consent'));
  await picture(page, 'consent');
  await page.goto(
    at('/oidc/authorize?client_id=payroll&response_type=code&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback'),
  );
  const supportCode = await page.textContent('#support-code');
  await page.goto(at(`/admin/audit?support_code=${supportCode}`));
  await page.click('tbody summary');
  await picture(page, 'audit');
  await makeTask(page, scope);
  const shots = [signInShot, launchpadShot, applicationShot];
  await sheetOf(shots, { width: 1500, height: 340 }, 'width:473px;height:300px', 'overview');
}

/** Everybody on the list is deactivated, but whoever asks for it. */
async function makeTask(page: Page, scope: Scope): Promise<void> {
  await page.goto(at('/admin/users'));
  await page.check('[data-ticks=user]');
  await page.selectOption('#change', 'deactivate');
  await page.click('#bulk button[type=submit]');
  await page.click('main form button');
  await page.waitForURL(/operations\//);
  const [task] = await scope.db('operations').pluck('operation_id');
  await runOperation(scope, task!, async () => true, runBulkChange);
  await page.goto(at(`/admin/operations/${task}`));
  await picture(page, 'task');
}

/** A month of sign-ins, so that Home has something to draw, and the list of users, too. */
async function makeHistory({ db, contextId }: Scope): Promise<void> {
  const rows = Array.from({ length: 30 }, (_, i) => {
    const at = new Date(Date.now() - i * 86_400_000);
    const n = at.getUTCDay() % 6 === 0 ? 40 + i : 420 + ((i * 53) % 90);
    return { day: at.toISOString().slice(0, 10), n };
  });
  for (const { day, n } of rows)
    await db('audit_daily_counts').insert([
      { context_id: contextId, day, type: 'sign-in.succeeded', outcome: 'success', n },
      { context_id: contextId, day, type: 'sign-in.failed', outcome: 'failure', n: Math.round(n / 14) },
    ]);
  const everybody = await db('users').where({ context_id: contextId }).pluck('user_id');
  await db('last_sign_ins')
    .insert(everybody.map((user_id) => ({ context_id: contextId, user_id, at: new Date() })))
    .onConflict(['context_id', 'user_id'])
    .ignore();
}

/** What a person meets, on a phone: the invitation, terms, a second factor, My profile. */
async function makeJourney(): Promise<void> {
  const other = await startTestServer();
  const page = await (await openBrowserContext(browser, { viewport: phone })).newPage();
  const shots: Buffer[] = [];
  const open = (path: string) => page.goto(`${other.issuer}${path}`);
  const addresses = await preparePages(other);
  await open(addresses.find((path) => path.startsWith('/activate/'))!);
  shots.push(await picture(page));
  await open('/launchpad');
  await page.fill('#login', 'jsilva');
  await page.fill('#password', passwords.joao);
  await page.click('button[type=submit]');
  await page.waitForSelector('button[value=accept]'); // between two pages there is nothing to take a picture of
  shots.push(await picture(page));
  await page.click('button[value=accept]');
  await page.waitForURL(/launchpad$/);
  await open('/account/second-factors/new/totp');
  shots.push(await picture(page));
  await open('/account');
  shots.push(await picture(page));
  await sheetOf(shots, { width: 1500, height: 790 }, 'width:350px;height:750px', 'journey');
  await other.close();
}

/** Several pictures beside each other. */
async function sheetOf(shots: Buffer[], viewport: { width: number; height: number }, size: string, name: string): Promise<void> {
  const sheet = await (await openBrowserContext(browser, { viewport })).newPage(); // none of our pages' policies
  const pictures = shots.map(
    (shot) =>
      `<img src="data:image/png;base64,${shot.toString('base64')}" style="${size};object-fit:cover;object-position:left top;border-radius:8px">`,
  );
  await sheet.setContent(`<body style="margin:0;padding:20px;display:flex;gap:20px;background:#e8edf3">${pictures.join('')}</body>`);
  await sheet.screenshot({ path: `${images}${name}.png` });
}

await makeImages();
await makeJourney();
await browser.close();
await server.close();
await stopSharedPostgres();
process.exit();
