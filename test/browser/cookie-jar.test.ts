import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { launchChromium, openBrowserContext } from '../support/chromium.ts';
import { type Front, startFront } from '../support/front.ts';
import { Jar, send } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';

const [one, below, other] = ['one.example.com', 'sub.one.example.com', 'other.example.net'];

const attributes = [
  '',
  ...['Strict', 'Lax', 'None'].flatMap((same) => [`; SameSite=${same}`, `; SameSite=${same}; Secure`]),
  '; Secure',
  '; HttpOnly',
  '; SameSite=nonsense',
  ...['/', '/deep', '/deep/', '/dee', '/elsewhere', 'nonsense', ''].map((path) => `; Path=${path}`),
  ...[one, `.${one}`, 'example.com', below, other, 'com', ''].map((domain) => `; Domain=${domain}`),
  `; Domain=${one}; Path=/deep; Secure; SameSite=Lax`,
];
const prefixed = ['', '; Secure', '; Secure; Path=/', `; Secure; Path=/; Domain=${one}`].flatMap((more) => [
  `__Host-${more.length}=1${more}`,
  `__Secure-${more.length}=1${more}`,
]);
/** A cookie of every shape. */
const lines = [...attributes.map((more, index) => `c${index}=1${more}`), ...prefixed];

describe('browser: the cookie jar of the tests and Chromium', function () {
  this.timeout(120_000);
  let server: Server;
  let front: Front;
  let browser: Browser;
  let page: Page;
  let jar: Jar;
  let port: number;

  before(async function () {
    needSoftware(this, 'chromium', 'openssl');
    server = createServer((request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
      if (pathname.endsWith('/set')) response.setHeader('set-cookie', lines);
      if (pathname !== '/page') return void response.end(`<pre>${request.headers.cookie ?? ''}</pre>`);
      const to = searchParams.get('to')!;
      response.end(`<a href="${to}">link</a><form method="post" action="${to}"><button>post</button></form>`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
    front = await startFront([one, below, other]);
    for (const host of [one, below, other]) front.route(host, port);
    browser = await launchChromium(front.chromium);
  });
  after(async () => {
    await browser?.close();
    await front?.close();
    server?.closeAllConnections();
    server?.close();
  });
  beforeEach(async () => {
    page = await (await openBrowserContext(browser)).newPage();
    jar = new Jar(async (url, options) => {
      const { host, pathname, search } = new URL(url);
      const answer = await send(`http://127.0.0.1:${port}${pathname}${search}`, { ...options, headers: { ...options?.headers, host } });
      return { ...answer, url };
    });
  });

  const namesIn = (cookies: string) => (cookies ? cookies.split('; ').map((cookie) => cookie.split('=')[0]!) : []).sort();
  const lineOf = (name: string) => lines.find((line) => line.startsWith(`${name}=`))!;
  async function expectSame(what: string, answer: { text: string }): Promise<void> {
    const wanted = namesIn((await page.textContent('pre'))!).map(lineOf);
    expect(namesIn(/<pre>(.*)<\/pre>/.exec(answer.text)![1]!).map(lineOf), what).to.deep.equal(wanted);
  }

  const cookiesAt = async (address: string) => /<pre>(.*)<\/pre>/.exec((await jar.get(address)).text)![1]!;

  for (const origin of [`https://${one}`, 'http://localhost']) {
    it(`keep and send the same cookies, set by ${origin}`, async () => {
      const at = origin === 'http://localhost' ? `${origin}:${port}` : origin;
      await page.goto(`${at}/deep/set`);
      await jar.get(`${at}/deep/set`);
      for (const address of [
        `${at}/deep/echo`,
        `${at}/deep`,
        `${at}/other/echo`,
        `${at}/`,
        `https://${below}/deep/echo`,
        `https://${other}/`,
      ]) {
        await page.goto(address);
        await expectSame(`typed: ${address}`, await jar.get(address));
      }
      expect(namesIn(await cookiesAt(`${at}/deep/echo`)).length, 'many are sent').to.be.greaterThan(15);
      for (const from of [at, `https://${below}`, `https://${other}`]) {
        const start = `${from}/page?to=${encodeURIComponent(`${at}/deep/echo`)}`;
        await page.goto(start);
        await page.click('a');
        await page.waitForURL(`${at}/deep/echo`);
        await expectSame(`link from ${from}`, await jar.get(`${at}/deep/echo`, { from: start }));
        await page.goto(start);
        await page.click('button');
        await page.waitForURL(`${at}/deep/echo`);
        await expectSame(`form from ${from}`, await jar.submit(jar.form(await jar.get(start))));
      }
    });
  }
});
