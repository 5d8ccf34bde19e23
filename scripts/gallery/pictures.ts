import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const escaped = (text: string): string => text.replace(/[&<>"]/g, (one) => `&#${one.codePointAt(0)};`);

type Differ = (before: Buffer, now: Buffer) => Promise<boolean>;

/** A folder of pictures, and a list of their hashes from the run before. */
export class Pictures {
  readonly #folder: string;
  readonly #before: Record<string, string>;
  readonly #now: Record<string, string> = {};

  readonly #differ: Differ;

  /** @param differ whether somebody would see a difference between two pictures (PNG) */
  constructor(folder: string, differ: Differ) {
    this.#folder = folder;
    this.#differ = differ;
    const list = join(folder, 'pictures.json');
    this.#before = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : {};
  }

  get count(): number {
    return Object.keys(this.#now).length;
  }

  /** A picture that looks as before is not written again. @param name one line; a second one of the same name gets a number */
  async keep(name: string, png: Buffer): Promise<void> {
    let unique = name;
    for (let n = 2; this.#now[unique]; n++) unique = name.replace(/^(empty )?\S+/, (first) => `${first}-${n}`);
    const hash = createHash('sha256').update(png).digest('base64url');
    const file = join(this.#folder, `${unique}.png`);
    const before = this.#before[unique];
    this.#now[unique] = hash;
    if (before && existsSync(file)) {
      if (before === hash) return;
      if (!(await this.#differ(readFileSync(file), png))) {
        this.#now[unique] = before;
        return;
      }
    }
    writeFileSync(file, png);
  }

  /** @param isPart only some pages were asked for: of the others nothing is said, and they stay @returns the names of pictures that are not as before */
  finish(isPart: boolean): { added: string[]; changed: string[]; gone: string[] } {
    const names = Object.keys(this.#now);
    const gone = isPart ? [] : Object.keys(this.#before).filter((name) => !this.#now[name]);
    for (const name of gone) rmSync(join(this.#folder, `${name}.png`), { force: true });
    const all = isPart ? { ...this.#before, ...this.#now } : this.#now;
    writeFileSync(join(this.#folder, 'pictures.json'), `${JSON.stringify(all, undefined, 1)}\n`);
    const figures = Object.keys(all).map(
      (name) =>
        `<figure><a href="${escaped(encodeURI(name))}.png"><img loading="lazy" src="${escaped(encodeURI(name))}.png"></a><figcaption>${escaped(name)}</figcaption></figure>`,
    );
    const style =
      'body{font:14px sans-serif;display:grid;grid-template-columns:repeat(auto-fill,minmax(300px,1fr));gap:16px}img{width:100%;border:1px solid #999}figure{margin:0}';
    writeFileSync(
      join(this.#folder, 'index.html'),
      `<!doctype html><meta charset="utf-8"><title>Pages</title><style>${style}</style>${figures.join('\n')}\n`,
    );
    return {
      added: names.filter((name) => !this.#before[name]),
      changed: names.filter((name) => this.#before[name] && this.#before[name] !== this.#now[name]),
      gone,
    };
  }
}
