import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { disableScript, launchChromium, openBrowserContext, phone, withScript } from '../support/chromium.ts';
import { needSoftware } from '../support/missing.ts';
import { passwords, startTestServer, type TestServer } from '../support/server.ts';

describe('one’s own photo, from a phone', function () {
  this.timeout(120_000);
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  before(async function () {
    needSoftware(this, 'chromium');
    server = await startTestServer();
    browser = await launchChromium();
    page = await (await openBrowserContext(browser, { viewport: phone, locale: 'en' })).newPage();
    await page.goto(`${server.issuer}/account`);
    await page.fill('#login', 'jsilva');
    await page.fill('#password', passwords.joao);
    await page.click('main button[type=submit]');
    await page.waitForURL(/account$/);
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** As a camera writes it. */
  async function takePhoto(width: number, height: number): Promise<Buffer> {
    const encoded: string = await page.evaluate(`(async () => {
      const canvas = new OffscreenCanvas(${width}, ${height});
      const context = canvas.getContext('2d');
      const pixels = context.createImageData(${width}, ${height});
      for (let i = 0; i < pixels.data.length; i++) pixels.data[i] = i % 4 === 3 ? 255 : (i * 2654435761) >>> (24 + (i % 5));
      context.putImageData(pixels, 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
      const reader = new FileReader();
      reader.readAsDataURL(blob);
      await new Promise((resolve) => (reader.onload = resolve));
      return reader.result.split(',')[1];
    })()`);
    return Buffer.from(encoded, 'base64');
  }

  /** Taken with the camera upright (Exif 2.32, tag 0x0112 Orientation). */
  function turned(jpeg: Buffer): Buffer {
    const tiff = Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex');
    const body = Buffer.concat([Buffer.from('Exif\0\0'), tiff]);
    const head = Buffer.from([0xff, 0xe1, 0, body.length + 2]);
    return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
  }

  const sizeOfPhoto = (shown: Page) =>
    shown.evaluate(`(async () => {
      const image = document.querySelector('.own-photo img.avatar, main img.avatar');
      await image.decode();
      return [image.naturalWidth, image.naturalHeight];
    })()`) as Promise<[number, number]>;

  for (const [what, width, height] of [
    ['12 megapixels', 4000, 3000],
    ['small', 300, 200],
  ] as const)
    it(`is taken as a camera writes it, and stands upright: ${what}`, async () => {
      const photo = turned(await takePhoto(width, height));
      if (width > 1000) expect(photo.length).to.be.greaterThan(2_000_000);
      await page.setInputFiles('#photo', { name: 'IMG_0001.JPG', mimeType: 'image/jpeg', buffer: photo });
      await page.waitForSelector('#photo-preview:not([hidden])');
      await page.click('.own-photo button[type=submit] >> nth=0');
      await page.waitForSelector('[role=status].alert-done');
      const [shownWidth, shownHeight] = await sizeOfPhoto(page);
      expect(shownHeight, `${shownWidth} × ${shownHeight}`).to.be.greaterThan(shownWidth);
    });

  it('without script, too: as the camera wrote it, and it stands upright', async () => {
    const context = await openBrowserContext(browser, { viewport: phone, locale: 'en' });
    await context.addCookies(await page.context().cookies());
    const plain = await context.newPage();
    await disableScript(plain);
    await plain.goto(`${server.issuer}/account`);
    const photo = turned(await takePhoto(4624, 3468));
    await plain.setInputFiles('#photo', { name: 'IMG_0002.JPG', mimeType: 'image/jpeg', buffer: photo });
    await plain.click('.own-photo button[type=submit] >> nth=0');
    await plain.waitForSelector('[role=status].alert-done');
    const [width, height] = await withScript(plain, () => sizeOfPhoto(plain));
    expect([width, height]).to.deep.equal([144, 192]);
    await context.close();
  });

  it('what is too large is said at the field, before it is sent; another choice takes the fault away', async () => {
    const before = page.url();
    await page.setInputFiles('#photo', { name: 'scan.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(21 * 1_048_576) });
    await page.waitForSelector('#photo-fault');
    expect(await page.textContent('#photo-fault'))
      .to.contain('scan.jpg')
      .and.to.contain('larger than 20 MB');
    expect([page.url(), await page.getAttribute('#photo', 'aria-invalid'), await page.inputValue('#photo')]).to.deep.equal([
      before,
      'true',
      '',
    ]);
    await page.setInputFiles('#photo', { name: 'small.jpg', mimeType: 'image/jpeg', buffer: await takePhoto(30, 20) });
    await page.waitForSelector('#photo-fault', { state: 'detached' });
  });

  it('what is no picture is refused by the server in words', async () => {
    await page.setInputFiles('#photo', { name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a picture') });
    await page.click('.own-photo button[type=submit] >> nth=0');
    await page.waitForSelector('#photo-fault');
    expect(await page.textContent('#photo-fault'))
      .to.contain('notes.jpg')
      .and.to.contain('not a JPEG, PNG or WebP image');
  });
});
