import type { Tokens } from 'marked';

export type Heading = { id: string; level: number; text: string };

/** `title` is the document's first heading, in plain text, which `html` leaves out; `ids` are all places that a link can lead to. */
export type MarkdownPage = { title: string; html: string; headings: Heading[]; ids: Set<string> };

type Addresses = {
  /** Of a link. @returns undefined where it leads nowhere from here: its words stay */
  link(href: string): string | undefined;
  /** Of a picture, with its size in pixels. */
  image(href: string): { src: string; width: number; height: number } | undefined;
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);

/** As the code hosts that show the same file make it, so that one link works there and here. */
const slugOf = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

/** What is read of a line: without what marks it. */
const plain = (text: string): string => text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*`]|(?<!\w)_|_(?!\w)/g, '');

/** HTML in the document is shown as text. Tables and code that are wider than the page can be moved by keyboard. */
export async function renderMarkdown(source: string, addresses: Addresses): Promise<MarkdownPage> {
  const { Marked } = await import('marked');
  const headings: Heading[] = [];
  const ids = new Set<string>();
  let title = '';
  const idOf = (text: string): string => {
    const slug = slugOf(text);
    let id = slug;
    for (let n = 1; ids.has(id); n++) id = `${slug}-${n}`;
    ids.add(id);
    return id;
  };
  const regions = new Map<string, number>();
  const region = (columns: string, html: string) => {
    const name = [headings.at(-1)?.text ?? title, columns].join(': ');
    const n = (regions.get(name) ?? 0) + 1;
    regions.set(name, n);
    return `<div class="table-wrap" tabindex="0" role="region" aria-label="${escaped(n > 1 ? `${name} (${n})` : name)}">${html}</div>`;
  };
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading): string {
        const words = plain(text);
        const id = idOf(words);
        if (depth === 1) {
          title ||= words;
          return '';
        }
        headings.push({ id, level: depth, text: words });
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      html: ({ text }: Tokens.HTML | Tokens.Tag) => escaped(text),
      code: ({ text }: Tokens.Code) => `<pre tabindex="0"><code>${escaped(text)}</code></pre>\n`,
      table(token: Tokens.Table): string {
        const row = (cells: Tokens.TableCell[], open: string, close: string) =>
          `<tr>${cells.map(({ tokens }) => `${open}${this.parser.parseInline(tokens)}${close}`).join('')}</tr>`;
        const body = token.rows.map((cells) => row(cells, '<td>', '</td>')).join('\n');
        const head = row(token.header, '<th scope="col">', '</th>');
        const name = token.header.map(({ text }) => plain(text)).join(', ');
        return region(name, `<table class="table"><thead>${head}</thead><tbody>${body}</tbody></table>`);
      },
      link({ href, tokens }: Tokens.Link): string {
        const words = this.parser.parseInline(tokens);
        const address = addresses.link(href);
        const isElsewhere = address && /^https?:/.test(address);
        return address ? `<a href="${escaped(address)}"${isElsewhere ? ' rel="noreferrer noopener"' : ''}>${words}</a>` : words;
      },
      image({ href, text }: Tokens.Image): string {
        const picture = addresses.image(href);
        return picture
          ? `<img src="${escaped(picture.src)}" alt="${escaped(text)}" width="${picture.width}" height="${picture.height}" loading="lazy">`
          : '';
      },
    },
  });
  const html = marked.parse(source, { async: false });
  return { title, html, headings, ids };
}
