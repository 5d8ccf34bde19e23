import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openBrowserContext } from '../support/chromium.ts';
import { giveLongNames } from '../support/long-names.ts';
import { expectGoodLooks } from '../support/looks.ts';
import { needSoftware } from '../support/missing.ts';
import { preparePages } from '../support/pages.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

const sizes = {
  '1280, es': { viewport: { width: 1280, height: 800 }, locale: 'es' },
  '390, pt-BR': { viewport: { width: 390, height: 844 }, locale: 'pt-BR' },
};

describe('how every page looks, with long names', function () {
  this.timeout(240_000);
  let server: TestServer;
  let browser: Browser;
  const opened: Record<string, Page> = {};
  let addresses: string[];

  before(async function () {
    needSoftware(this, 'chromium');
    server = await startTestServer();
    browser = await launchChromium();
    for (const [size, options] of Object.entries(sizes)) {
      const page = await (await openBrowserContext(browser, options)).newPage();
      await page.goto(`${server.issuer}/launchpad`);
      await page.fill('#login', 'ana@acme.example');
      await page.fill('#password', passwords.ana);
      await page.click('main button[type=submit]');
      await page.waitForURL(/launchpad$/);
      opened[size] = page;
    }
    addresses = await preparePages(server);
    await giveLongNames(server);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  for (const size of Object.keys(sizes))
    it(`borders are seen, no word breaks, nothing is beyond its box (${size}, light and dark)`, async () => {
      const page = opened[size]!;
      for (const path of addresses) {
        await page.goto(`${server.issuer}${path}`);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await expectGoodLooks(page, `${path}, ${colorScheme}`);
        }
      }
    });

  it('menus lie over the page, and stay on the screen', async () => {
    for (const page of Object.values(opened)) {
      await page.goto(`${server.issuer}/admin/users`);
      await page.click('.account-menu summary');
      const { x, width } = (await page.locator('.account-menu .menu-panel').boundingBox())!;
      expect(x).to.be.at.least(0);
      expect(x + width).to.be.at.most(page.viewportSize()!.width);
      await page.keyboard.press('Escape');
      if (!(await page.locator('.menu-open').isVisible())) continue;
      const before = (await page.locator('h1').boundingBox())!.y;
      await page.click('.menu-open');
      expect(await page.locator('#menu a[aria-current=page]').isVisible()).to.equal(true);
      expect((await page.locator('h1').boundingBox())!.y, 'the page stays where it is').to.equal(before);
      await page.keyboard.press('Escape');
      expect(await page.locator('#menu').isVisible()).to.equal(false);
    }
  });

  it('light and dark turn at once and stay, and what is typed stays, too', async () => {
    const page = opened['1280, es']!;
    await page.goto(`${server.issuer}/admin/groups/new`);
    await page.fill('#name', 'Typed');
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const before = await ground();
    await page.click('.account-menu summary');
    const [, answer] = await Promise.all([
      page.click(`[name=theme][value=${before === 'rgb(15, 18, 22)' ? 'light' : 'dark'}]`),
      page.waitForResponse(/\/theme$/),
    ]);
    expect(answer.status()).to.equal(303);
    const after = await ground();
    expect(after).not.to.equal(before);
    expect(await page.inputValue('#name')).to.equal('Typed');
    page.once('dialog', (dialog) => dialog.accept());
    await page.goto(`${server.issuer}/launchpad`);
    expect(await ground()).to.equal(after);
  });

  it('these checks see each fault that they are for', async () => {
    const page = await (await openBrowserContext(browser)).newPage();
    const card = (style: string, inside: string) => `<div style="width:120px;${style}">${inside}</div>`;
    for (const [fault, html] of [
      ['border of', '<input style="border:1px solid #e5e5e5">'],
      ['letters of', '<span class="avatar" style="display:block;width:40px;background:#999;color:#fff">AS</span>'],
      ['broken word Administrador', card('word-break:break-all', 'Um Administrador')],
      ['text beyond its box', card('', 'Donaudampfschifffahrtselektrizitäten')],
      [
        'cut without a tooltip',
        card('', '<span class="cut" style="display:block;overflow:hidden">Donaudampfschifffahrtselektrizitäten</span>'),
      ],
      ['wider than the screen', '<div style="width:3000px;height:1px"></div>'],
    ] as const) {
      await page.setContent(`<body style="font:16px sans-serif">${html}</body>`);
      const error = await expectGoodLooks(page, fault).catch((refused: Error & { actual?: string[] }) => refused);
      expect(error?.actual?.join(' '), fault).to.contain(fault);
    }
  });

  it('the sign-in page loads at most 16 KB in all, headers included, and the console’s style sheets are at most 12 KB', async () => {
    const page = await (await openBrowserContext(browser)).newPage();
    const device = await page.context().newCDPSession(page);
    await device.send('Network.enable');
    const loaded: number[] = [];
    device.on('Network.loadingFinished', ({ encodedDataLength }) => loaded.push(encodedDataLength));
    await page.goto(`${server.issuer}/launchpad`, { waitUntil: 'networkidle' });
    expect(await page.locator('#password').count()).to.equal(1);
    expect(loaded.length).to.be.greaterThan(2);
    expect(
      loaded.reduce((sum, bytes) => sum + bytes, 0),
      loaded.join(' + '),
    ).to.be.at.most(16_000);
    const sheets = ['portaria.css', 'console.css'].map((name) => server.app.services.assets.url(name));
    const sizes = await Promise.all(
      sheets.map(async (path) => {
        const { headers } = await fetch(new URL(path, server.baseUrl), { headers: { 'accept-encoding': 'gzip' } });
        return Number(headers.get('content-length'));
      }),
    );
    expect(sizes[0]! + sizes[1]!, sizes.join(' + ')).to.be.within(1000, 12_000);
  });
});
