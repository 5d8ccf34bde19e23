import type { Page } from 'playwright-core';

/** What an eye does not see: corners are smoothed a little otherwise from run to run. Of 255. */
const unseen = 4;

const code = `async ([before, now, unseen]) => {
  const read = async (png) => {
    const picture = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
    canvas.drawImage(picture, 0, 0);
    return canvas.getImageData(0, 0, picture.width, picture.height);
  };
  const [a, b] = [await read(before), await read(now)];
  if (a.width !== b.width || a.height !== b.height) return true;
  for (let at = 0; at < a.data.length; at++) if (Math.abs(a.data[at] - b.data[at]) > unseen) return true;
  return false;
}`;

/** @param page an empty one, which does the reading @returns whether somebody would see a difference */
export const differ = (page: Page, before: Buffer, now: Buffer): Promise<boolean> =>
  page.evaluate(`(${code})(${JSON.stringify([before.toString('base64'), now.toString('base64'), unseen])})`);
