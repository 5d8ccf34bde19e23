import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { withScript } from './chromium.ts';

/** What axe does not see: borders of controls, words broken inside, texts beyond their boxes, what is cut without a tooltip, and whatever is wider than the screen. */
export const expectGoodLooks = (page: Page, what: string): Promise<void> =>
  withScript(page, async () => {
    expect(await page.evaluate(faults), what).to.deep.equal([]);
  });

const faults = `(() => {
  const found = [];
  const say = (fault, one) => found.push(fault + ': ' + one.outerHTML.replace(/\\s+/g, ' ').slice(0, 140));
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  canvas.canvas.width = canvas.canvas.height = 1;
  // one colour over others, as the screen shows it
  const mixed = (...colors) => {
    canvas.fillStyle = '#fff';
    canvas.fillRect(0, 0, 1, 1);
    for (const color of colors) {
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const groundOf = (one) => {
    const grounds = [];
    for (let at = one.parentElement; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
    return grounds;
  };
  const isSeen = (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && one.getBoundingClientRect().width > 1;
  const clipped = (one) => one.closest('.visually-hidden, .skip, svg, select, [inert], thead, .top-link span');

  // borders of what is filled in or ticked (WCAG 2.2 §1.4.11)
  for (const one of document.querySelectorAll('input:not([type=hidden], [type=color], [type=file]), select, textarea')) {
    if (!isSeen(one) || clipped(one.parentElement) || one.disabled) continue;
    const style = getComputedStyle(one);
    const ground = groundOf(one);
    const edge = one.matches(':checked') ? style.backgroundColor : style.borderTopColor;
    const ratio = contrast(mixed(...ground, edge), mixed(...ground));
    if (ratio < 3) say('border of ' + ratio.toFixed(2), one);
  }

  // letters of initials
  for (const one of document.querySelectorAll('.avatar, .mark, .badge-status')) {
    if (!isSeen(one) || one.matches('img')) continue;
    const style = getComputedStyle(one);
    const ground = [...groundOf(one), style.backgroundColor];
    const ratio = contrast(mixed(...ground, style.color), mixed(...ground));
    if (ratio < 4.5) say('letters of ' + ratio.toFixed(2), one);
  }

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const parent = text.parentElement;
    if (!/\\p{L}{3}/u.test(text.data) || !isSeen(parent) || clipped(parent) || parent.closest('code, pre, textarea, script')) continue;
    let block = parent;
    while (getComputedStyle(block).display.startsWith('inline') && getComputedStyle(block).display !== 'inline-block') block = block.parentElement;
    for (const { 0: word, index } of text.data.matchAll(/(?<![^\\s(])\\p{L}{3,}(?![^\\s.,;:!?)])/gu)) {
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
      const lines = new Set(rects.map(({ top }) => Math.round(top))).size;
      const width = rects.reduce((sum, rect) => sum + rect.width, 0);
      if (lines > 1 && width < block.clientWidth - 1) say('broken word ' + word, parent);
    }
  }

  const scrolls = (one) => one && (['auto', 'scroll'].includes(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  for (const one of document.querySelectorAll('body *')) {
    if (!isSeen(one) || clipped(one) || scrolls(one)) continue;
    const { overflowX, overflowY, display } = getComputedStyle(one);
    if (display === 'inline' || one.matches('input, select, textarea, iframe, img, details.row-menu, details.row-menu *, progress')) continue;
    const isCut = one.scrollWidth > one.clientWidth + 1;
    if (isCut && overflowX === 'visible' && one.clientWidth > 0) say('text beyond its box', one);
    if (isCut && one.matches('.cut') && !one.closest('[title]')) say('cut without a tooltip', one);
    if (one.matches('.btn, .badge-status, .mark, .avatar, .top-name') && one.scrollHeight > one.clientHeight + 1 && overflowY === 'visible') say('text above or below its box', one);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('wider than the screen: ' + document.documentElement.scrollWidth);
  return found;
})()`;
