import type { IncomingMessage, ServerResponse } from 'node:http';
import { safeEqual } from '../../platform/crypto/tokens.ts';
import { AppError } from '../../platform/errors/app-error.ts';
import { readCookie } from '../../platform/http/cookies.ts';
import { type Form, readForm } from '../../platform/http/form.ts';
import { setSecurityHeaders } from '../../platform/http/security-headers.ts';
import { listen, type WebServer } from '../../platform/http/server.ts';
import { isLocale, negotiateLocale } from '../../platform/i18n/negotiate.ts';
import type { Agent } from '../agent.ts';
import { translator } from '../texts/index.ts';
import { changeByForm, directory } from './directory.ts';
import { connectByForm, home } from './home.ts';
import { type Html, html } from './html.ts';
import { alert, layout, notice, type View } from './layout.ts';
import { Sessions } from './sessions.ts';
import { style } from './style.ts';

const mostFormBytes = 200_000;
// another site's name that was made to lead here is not one of these (DNS rebinding)
const ownHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

export type LocalPage = WebServer & { code: string };

/** The page of the agent, for this machine only. @param port 0: a free one */
export async function servePage(agent: Agent, port: number): Promise<LocalPage> {
  const page = new Page(agent, port);
  const server = await listen((request, response) => void page.answer(request, response), port, '127.0.0.1');
  return { ...server, code: page.sessions.code };
}

class Page {
  readonly sessions = new Sessions();
  readonly #agent: Agent;
  readonly #cookie: string;

  constructor(agent: Agent, port: number) {
    this.#agent = agent;
    // ports of one machine share their cookies
    this.#cookie = `smartsync_${port}`;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response, false);
    try {
      if (!ownHost.test(request.headers.host ?? ''))
        return send(response, 403, 'This page is for this machine only: open it at http://127.0.0.1.');
      await this.#route(request, response);
    } catch (error) {
      const isTheirs = error instanceof AppError;
      if (!isTheirs) this.#agent.log.say(`The local page failed: ${(error as Error).message}`);
      if (!response.headersSent)
        send(response, isTheirs ? error.status : 500, isTheirs ? error.code : 'SmartSync could not do this. Its log says why.');
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    if (method !== 'GET' && method !== 'POST') return send(response, 405, 'Method not allowed');
    if (url.pathname === '/style.css') return send(response, 200, style, 'text/css; charset=utf-8');
    const view = this.#view(request, response, url);
    if (!['/', '/directory', '/sign-in', '/sign-out'].includes(url.pathname))
      return this.#show(response, view, 404, 'smartsync.not_found', html``);
    const form = method === 'POST' ? await readForm(request, mostFormBytes) : undefined;
    // before anything is counted: another site must not use up the codes that may be tried
    if (form && /^(cross-site|same-site)$/.test(String(request.headers['sec-fetch-site']))) return this.#refuse(response, view);
    if (url.pathname === '/sign-in') return this.#signIn(response, view, form);
    if (!view.session) return redirect(response, '/sign-in');
    if (!form) return url.pathname === '/sign-out' ? redirect(response, '/') : this.#showTab(response, view, url);
    if (!safeEqual(form.get('csrf'), view.session.csrf)) return this.#refuse(response, view);
    if (url.pathname === '/sign-out') {
      this.sessions.close(view.session);
      return redirect(response, '/sign-in');
    }
    const again = await (url.pathname === '/' ? connectByForm : changeByForm)(view, this.#agent, form);
    if (again) return this.#show(response, view, 200, titleOf(url.pathname), again);
    redirect(response, url.pathname === '/' ? '/' : '/directory?saved');
  }

  #refuse(response: ServerResponse, view: View): void {
    this.#show(response, view, 403, 'smartsync.expired', html`<p>${view.t('smartsync.expired_hint')}</p>`);
  }

  #showTab(response: ServerResponse, view: View, url: URL): void {
    const saved = url.searchParams.has('saved') && notice(view.t('smartsync.directory.saved'));
    const content = url.pathname === '/' ? home(view, this.#agent) : html`${saved}${directory(view, this.#agent)}`;
    this.#show(response, view, 200, titleOf(url.pathname), content);
  }

  #signIn(response: ServerResponse, view: View, form: Form | undefined): void {
    const opened = form && this.sessions.open(form.get('code'));
    if (opened && opened !== 'wait') {
      response.appendHeader('set-cookie', `${this.#cookie}=${opened.id}; Path=/; HttpOnly; SameSite=Strict`);
      redirect(response, '/');
      return;
    }
    const { t } = view;
    const fault = form && t(opened === 'wait' ? 'smartsync.code.wait' : 'smartsync.code.wrong');
    this.#show(
      response,
      view,
      opened === 'wait' ? 429 : form ? 403 : 200,
      'smartsync.code.title',
      html`${fault && alert(fault)}<form method="post" action="/sign-in"><div class="field"><label for="code">${t('smartsync.code.label')}</label>
<p class="hint" id="code-hint">${t('smartsync.code.hint')}</p>
<input id="code" name="code" required autocomplete="off" spellcheck="false" autocapitalize="off" aria-describedby="code-hint"></div><button>${t('smartsync.code.submit')}</button></form>`,
    );
  }

  #show(response: ServerResponse, view: View, status: number, title: string, content: Html): void {
    send(response, status, layout(view, view.t(title), content), 'text/html; charset=utf-8');
  }

  #view(request: IncomingMessage, response: ServerResponse, url: URL): View {
    const { cookie, 'accept-language': accept } = request.headers;
    const asked = url.searchParams.get('lang');
    if (isLocale(asked)) response.appendHeader('set-cookie', `smartsync_lang=${asked}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000`);
    const kept = readCookie(cookie, 'smartsync_lang');
    const locale = isLocale(asked) ? asked : isLocale(kept) ? kept : negotiateLocale(accept);
    return { t: translator(locale), locale, session: this.sessions.find(readCookie(cookie, this.#cookie)), path: url.pathname };
  }
}

const titleOf = (path: string): string => (path === '/' ? 'smartsync.tabs.home' : 'smartsync.tabs.directory');

function redirect(response: ServerResponse, path: string): void {
  response.writeHead(303, { location: path }).end();
}

function send(response: ServerResponse, status: number, content: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type }).end(content);
}
