import { Agent, type IncomingHttpHeaders } from 'node:http';
import { load } from 'cheerio';
import { type Response, Test } from 'supertest';
import { Cookies } from './cookies.ts';
import { scaleLimit } from './patience.ts';

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
export type FoundForm = { action: string; method: string; fields: Record<string, string>; entries: [string, string][]; page: string };

type Options = {
  method?: string;
  headers?: Record<string, string>;
  form?: Record<string, string> | URLSearchParams;
  body?: string | Buffer;
  /** The page that leads there; without one it is typed into the address bar. Another site's cookies do not all go along. */
  from?: string;
};

/** A request by supertest, as it is said: no redirect is followed, no status is an error. */
export async function send(url: string, { method, headers = {}, form, body }: Options = {}): Promise<Answer> {
  const content = form ? new URLSearchParams(form).toString() : body;
  const { origin } = new URL(url);
  const test = new Test(origin, method ?? (content === undefined ? 'GET' : 'POST'), url.slice(origin.length))
    .agent(agent)
    .redirects(0)
    .timeout(scaleLimit(20_000))
    .set({ 'accept-encoding': 'identity', ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}), ...headers })
    .serialize((octets) => octets)
    .buffer(true)
    .parse(readText);
  const answer = await (content === undefined ? test : test.send(Buffer.from(content))).catch((error: Error) => {
    throw new Error(`${url}: ${error.message}`, { cause: error }); // supertest's own says neither where to nor from where
  });
  const location = answer.headers.location && new URL(answer.headers.location, url).href;
  const answered: IncomingHttpHeaders = answer.headers;
  const text = typeof answer.body === 'string' ? answer.body : ''; // HEAD is not parsed
  return { status: answer.status, headers: answered, setCookie: answered['set-cookie'] ?? [], text, url, location };
}

/** Whatever its type: tests look at what was sent. */
function readText(response: Response, done: (error: Error | null, text: string) => void): void {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  response.on('end', () => done(null, Buffer.concat(chunks).toString()));
}

export const ofEveryPage = /\/(theme|admin\/search)$/;

/** A browser without script: cookies by the rules of browsers, redirects by hand, forms. */
export class Jar {
  readonly #cookies = new Cookies();
  readonly cookies = this.#cookies.values;
  readonly log: string[] = [];
  readonly #send: typeof send;

  /** @param by how requests go out */
  constructor(by = send) {
    this.#send = by;
  }

  async get(url: string, options: Options = {}): Promise<Answer> {
    const { from, ...request } = options;
    const to = new URL(url);
    this.#cookies.of(to.host);
    const method = options.method ?? (options.form || options.body !== undefined ? 'POST' : 'GET');
    const cookie = this.#cookies.give(to, method, from);
    const answer = await this.#send(url, {
      ...request,
      headers: { 'user-agent': 'Mozilla/5.0 test', accept: 'text/html,*/*', ...(cookie ? { cookie } : {}), ...options.headers },
    });
    for (const line of answer.setCookie) this.#cookies.take(line, to);
    this.log.push(`${method} ${url.slice(0, 600)} -> ${answer.status}`);
    const refresh = /http-equiv="refresh" content="0; url=[^"]+"/.test(answer.text) && load(answer.text)('meta[http-equiv=refresh]');
    return refresh ? { ...answer, location: new URL(refresh.attr('content')!.slice('0; url='.length), url).href } : answer;
  }

  /** Follows redirects, and pages that lead on by themselves, until a page, or until `stop` says so of the next address. */
  async follow(url: string, options: Options = {}, stop: (url: string) => boolean = () => false): Promise<Answer> {
    let answer = await this.get(url, options);
    for (let hops = 0; answer.location && answer.status < 400 && hops < 20; hops++) {
      if (stop(answer.location)) return answer;
      answer = await this.get(answer.location, { from: options.from });
    }
    return answer;
  }

  /** The first form of a page whose action matches, with what a browser would send of it. Every page has the choice of light or dark, and the console a search: they are meant only where they are named. */
  form(answer: Answer, action = /./): FoundForm {
    const $ = load(answer.text);
    for (const found of $('form')) {
      const form = $(found);
      const target = new URL(form.attr('action') ?? answer.url, answer.url).href;
      if (!action.test(target) || (ofEveryPage.test(target) && !/search|theme/.test(action.source))) continue;
      const entries = form.serializeArray().map(({ name, value }): [string, string] => [name, value]);
      return {
        action: target,
        method: (form.attr('method') ?? 'get').toUpperCase(),
        fields: Object.fromEntries(entries),
        entries,
        page: answer.url,
      };
    }
    throw new Error(`no form for ${action} at ${answer.url} (${answer.status}):\n${answer.text.slice(0, 2000)}`);
  }

  submit(
    { action, method, fields, page }: FoundForm,
    extra: Record<string, string> = {},
    stop?: (url: string) => boolean,
  ): Promise<Answer> {
    const all = new URLSearchParams({ ...fields, ...extra });
    if (method === 'GET') return this.follow(`${action.split('?')[0]}?${all}`, { from: page }, stop);
    return this.follow(action, { method: 'POST', form: all, from: page }, stop);
  }
}
