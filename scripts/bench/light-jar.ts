// The load of the bench: kept connections and as little work for each answer as can be, since it shares the processors with the server that is measured.
import { Agent, request } from 'node:http';
import { type Answer, type FoundForm, Jar, ofEveryPage, type send } from '../../test/support/jar.ts';

const agent = new Agent({ keepAlive: true });

export const sendByNode: typeof send = (url, { method, headers = {}, form, body } = {}) => {
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
};

/** A person of the bench: reads our own forms, which are inputs only, without building the page's tree. */
export class LightJar extends Jar {
  constructor(by = sendByNode) {
    super(by);
  }

  override form(answer: Answer, action = /./): FoundForm {
    for (const [html] of answer.text.matchAll(/<form[\s\S]*?<\/form>/g)) {
      const target = new URL(attribute(html, 'action') ?? answer.url, answer.url).href;
      if (!action.test(target) || ofEveryPage.test(target)) continue;
      const entries = [...html.matchAll(/<input[^>]*>/g)]
        .filter(([tag]) => attribute(tag, 'name') && (!/type="(checkbox|radio)"/.test(tag) || /\schecked/.test(tag)))
        .map(([tag]): [string, string] => [attribute(tag, 'name')!, attribute(tag, 'value') ?? '']);
      const method = (attribute(html, 'method') ?? 'get').toUpperCase();
      return { action: target, method, fields: Object.fromEntries(entries), entries, page: answer.url };
    }
    throw new Error(`no form for ${action} at ${answer.url} (${answer.status})`);
  }
}

const attribute = (html: string, name: string): string | undefined =>
  new RegExp(`^[^>]*\\s${name}="([^"]*)"`).exec(html)?.[1]?.replaceAll('&amp;', '&');
