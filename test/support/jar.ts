import { Agent, type IncomingHttpHeaders, request } from 'node:http';

// node:http and not fetch, which would send sec-fetch-mode: cors and be taken for a script
const agent = new Agent({ keepAlive: true });

export type Answer = {
  status: number;
  headers: IncomingHttpHeaders;
  setCookie: string[];
  text: string;
  url: string;
  location: string | undefined;
};
/** `entries` has what a browser would send, names that come several times included. */
export type FoundForm = { action: string; method: string; fields: Record<string, string>; entries: [string, string][] };

type Options = {
  method?: string;
  headers?: Record<string, string>;
  form?: Record<string, string> | URLSearchParams;
  body?: string | Buffer;
};

export function send(url: string, { method, headers = {}, form, body }: Options = {}): Promise<Answer> {
  const content = form ? new URLSearchParams(form).toString() : body;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        agent,
        method: method ?? (content === undefined ? 'GET' : 'POST'),
        headers: {
          ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
          ...(content === undefined ? {} : { 'content-length': String(Buffer.byteLength(content)) }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const location = response.headers.location && new URL(response.headers.location, url).href;
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            setCookie: response.headers['set-cookie'] ?? [],
            text: Buffer.concat(chunks).toString(),
            url,
            location,
          });
        });
        response.on('error', reject);
      },
    );
    outgoing.setTimeout(20_000, () => outgoing.destroy(new Error(`no answer from ${url}`)));
    outgoing.on('error', reject);
    outgoing.end(content);
  });
}

const decode = (text: string) =>
  text
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag)?.[1];
  return found === undefined ? undefined : decode(found);
};

/** A browser without script: cookies by host and port, redirects by hand, forms. */
export class Jar {
  readonly cookies = new Map<string, Map<string, string>>();
  readonly log: string[] = [];
  readonly #send: typeof send;

  /** @param by how requests go out */
  constructor(by = send) {
    this.#send = by;
  }

  async get(url: string, options: Options = {}): Promise<Answer> {
    const { host } = new URL(url);
    const own = this.cookies.get(host) ?? new Map<string, string>();
    this.cookies.set(host, own);
    const cookie = [...own].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#send(url, {
      ...options,
      headers: { 'user-agent': 'Mozilla/5.0 test', accept: 'text/html,*/*', ...(cookie ? { cookie } : {}), ...options.headers },
    });
    for (const line of answer.setCookie) {
      const [pair = ''] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      if (/max-age=0|expires=Thu, 01.Jan.1970/i.test(line) || value.join('=') === '') own.delete(name);
      else own.set(name, value.join('='));
    }
    this.log.push(`${options.method ?? (options.form ? 'POST' : 'GET')} ${url.slice(0, 600)} -> ${answer.status}`);
    return answer;
  }

  /** Follows redirects until a page, or until `stop` says so of the next address. */
  async follow(url: string, options: Options = {}, stop: (url: string) => boolean = () => false): Promise<Answer> {
    let answer = await this.get(url, options);
    for (let hops = 0; answer.location && answer.status >= 300 && answer.status < 400 && hops < 20; hops++) {
      if (stop(answer.location)) return answer;
      answer = await this.get(answer.location);
    }
    return answer;
  }

  /** The n-th form of a page whose action matches. */
  form(answer: Answer, action = /./): FoundForm {
    for (const [html] of answer.text.matchAll(/<form[\s\S]*?<\/form>/gi)) {
      const open = /<form[^>]*>/i.exec(html)![0];
      const target = new URL(attribute(open, 'action') ?? answer.url, answer.url).href;
      if (!action.test(target)) continue;
      const entries: [string, string][] = [];
      for (const [tag] of html.matchAll(/<input[^>]*>/gi)) {
        const name = attribute(tag, 'name');
        const type = attribute(tag, 'type');
        if (!name || /\sdisabled/.test(tag) || ((type === 'checkbox' || type === 'radio') && !/\schecked/.test(tag))) continue;
        entries.push([name, attribute(tag, 'value') ?? '']);
      }
      for (const [, tag = '', content = ''] of html.matchAll(/<textarea([^>]*)>([\s\S]*?)<\/textarea>/gi))
        entries.push([attribute(tag, 'name')!, decode(content).replace(/^\n/, '')]);
      for (const [, tag = '', content = ''] of html.matchAll(/<select([^>]*)>([\s\S]*?)<\/select>/gi)) {
        const option = /<option[^>]*\sselected[^>]*>/.exec(content)?.[0] ?? /<option[^>]*>/.exec(content)?.[0] ?? '';
        entries.push([attribute(tag, 'name')!, attribute(option, 'value') ?? '']);
      }
      return { action: target, method: (attribute(open, 'method') ?? 'get').toUpperCase(), fields: Object.fromEntries(entries), entries };
    }
    throw new Error(`no form for ${action} at ${answer.url} (${answer.status}):\n${answer.text.slice(0, 2000)}`);
  }

  submit({ action, method, fields }: FoundForm, extra: Record<string, string> = {}, stop?: (url: string) => boolean): Promise<Answer> {
    const all = new URLSearchParams({ ...fields, ...extra });
    if (method === 'GET') return this.follow(`${action.split('?')[0]}?${all}`, {}, stop);
    return this.follow(action, { method: 'POST', form: all }, stop);
  }
}
