import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { withScript } from './chromium.ts';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** WCAG 2.2 AA and good practice, as far as a machine can see it; nothing is wider than the screen, and no text is squeezed to a letter a line. */
export const expectAccessible = (page: Page, what: string): Promise<void> => withScript(page, () => check(page, what));

async function check(page: Page, what: string): Promise<void> {
  await page.evaluate(source);
  await page.evaluate(unstick);
  // style sheets are fetched for an experimental rule only, which is not asked for
  const { violations } = (await page.evaluate(
    'axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"], preload: { assets: ["media"] } })',
  )) as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  await page.evaluate('document.adoptedStyleSheets = []');
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)} ${nodes[0]!.failureSummary}`),
    what,
  ).to.deep.equal([]);
  expect(await page.evaluate('document.documentElement.scrollWidth'), `${what} is not wider than the screen`).to.be.at.most(
    page.viewportSize()!.width,
  );
  expect(await page.evaluate(squeezed), `${what}: squeezed`).to.deep.equal([]);
}

/** What lies below a bar that stays in view can be scrolled out from below it: it counts with its whole size, wherever the page happens to stand. */
const unstick = `{
  const still = new CSSStyleSheet();
  still.replaceSync('.top, .form-end, .bulk, .jump { position: static !important }');
  document.adoptedStyleSheets = [still];
}`;

/** Texts of which hardly a letter stands beside another. */
const squeezed = `[...document.querySelectorAll('main *')].filter((one) => {
  const words = [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join(' ');
  const { width } = one.getBoundingClientRect();
  // a short word in a line is as wide as it is
  if (getComputedStyle(one).display === 'inline' && one.getClientRects().length < 2) return false;
  return /\\S{4}/.test(words) && one.checkVisibility() && width > 1 && width < 2 * parseFloat(getComputedStyle(one).fontSize);
}).map((one) => one.outerHTML.slice(0, 120))`;
