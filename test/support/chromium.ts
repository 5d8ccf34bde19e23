import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { software } from './missing.ts';
import { scaleLimit } from './patience.ts';

/** The whole browser, which has settings. */
export const chromiumPath = software.chromium.files[0]!.find((path) => existsSync(path));

// Chromium without windows: the same engine for a third of the processor's time, since the whole browser renders its own bars for each context
const shellPath = ['/usr/lib/chromium/chromium-headless-shell'].find((path) => existsSync(path));

/** @param more arguments besides */
export const launchChromium = (more: string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: shellPath ?? chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });

export const phone = { width: 360, height: 800 };
export const desktop = { width: 1440, height: 900 };

const scriptless = new WeakMap<Page, CDPSession>();

/** From its next page on no script runs in it, but for what a test runs there by `withScript`. */
export async function disableScript(page: Page): Promise<void> {
  const device = await page.context().newCDPSession(page);
  await device.send('Emulation.setScriptExecutionDisabled', { value: true });
  scriptless.set(page, device);
}

/** The page was loaded without, and stays so: only `work` has it. */
export async function withScript<T>(page: Page, work: () => Promise<T>): Promise<T> {
  const device = scriptless.get(page);
  if (!device) return work();
  await device.send('Emulation.setScriptExecutionDisabled', { value: false });
  return work().finally(() => device.send('Emulation.setScriptExecutionDisabled', { value: true }));
}

export async function openBrowserContext(
  browser: Browser,
  options: { locale?: string; viewport?: typeof phone; dark?: boolean } = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({
    locale: options.locale ?? 'en',
    viewport: options.viewport ?? desktop,
    colorScheme: options.dark ? 'dark' : 'light',
  });
  context.setDefaultTimeout(scaleLimit(30_000));
  return context;
}
