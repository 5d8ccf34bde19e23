import { randomBytes } from 'node:crypto';
import { load } from 'cheerio';
import type { Answer, Jar } from '../../support/jar.ts';
import type { Notes } from './outcome.ts';
import { note, type World } from './world.ts';

export type Params = Record<string, string | undefined>;

/** How an authorization request ended: back at the application, or on a page of the provider. `signIns`: how often it asked for the password. */
export type Ending = { page: Answer; signIns: number; request: Record<string, string>; returned: URLSearchParams | undefined };

const random = (): string => randomBytes(16).toString('base64url');

/** A request of the run's first client by code, with state and nonce; a parameter that is undefined is left out. */
export function requestOf(world: World, more: Params = {}): Record<string, string> {
  const all: Params = {
    client_id: world.client.client_id,
    response_type: 'code',
    redirect_uri: world.redirect_uri,
    scope: 'openid',
    state: random(),
    nonce: random(),
    ...(world.mode === 'form_post' ? { response_mode: 'form_post' } : {}),
    ...more,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

const isBack = (world: World, location: string | undefined): location is string =>
  location !== undefined && location.split(/[?#]/)[0] === world.redirect_uri.split('?')[0];

/** The form by which a response leaves for the application (OAuth 2.0 Form Post Response Mode §2). */
function findResponseForm(world: World, page: Answer) {
  const form = load(page.text)(`form[action="${world.redirect_uri}"]`);
  return form.length === 1 ? form : undefined;
}

/**
 * Walks from a request to its end as a person without JavaScript would: fills in the sign-in page, allows what is asked.
 * What comes back is checked as every response is.
 * @param how `post`: the request goes by POST
 */
export async function authorize(
  world: World,
  notes: Notes,
  jar: Jar,
  more: Params = {},
  { post = false, login = world.person }: { post?: boolean; login?: { login: string; password: string } } = {},
): Promise<Ending> {
  const request = requestOf(world, more);
  const endpoint = world.metadata.authorization_endpoint;
  const stop = (url: string) => isBack(world, url);
  let page = post
    ? await jar.follow(endpoint, { form: request }, stop)
    : await jar.follow(`${endpoint}?${new URLSearchParams(request)}`, {}, stop);
  let signIns = 0;
  for (let pages = 0; pages < 3 && !isBack(world, page.location) && !findResponseForm(world, page); pages++) {
    const $ = load(page.text);
    if ($('input[name=login]').length > 0 || $('input[name=password]').length > 0) {
      signIns++;
      page = await jar.submit(jar.form(page, /sign-in/), login, stop);
    } else if ($('button[name=decision][value=allow]').length > 0) page = await jar.submit(jar.form(page), { decision: 'allow' }, stop);
    else break;
  }
  const returned = readResponse(world, notes, page, request);
  return { page, signIns, request, returned };
}

function readResponse(world: World, notes: Notes, page: Answer, request: Record<string, string>): URLSearchParams | undefined {
  const form = findResponseForm(world, page);
  if (!form && !isBack(world, page.location)) return undefined;
  const isPosted = request.response_mode === 'form_post';
  notes.must((form !== undefined) === isPosted, 'the response comes in the mode that was asked for (Multiple Response Types §2.1)');
  let params: URLSearchParams;
  if (form) {
    params = new URLSearchParams(form.serialize());
    notes.must(
      (form.attr('method') ?? '').toLowerCase() === 'post',
      'the response form is sent by POST (Form Post §2)',
      form.attr('method'),
    );
    const type = form.attr('enctype') ?? 'application/x-www-form-urlencoded';
    notes.must(type === 'application/x-www-form-urlencoded', 'the response form is form-encoded (Form Post §2)', type);
    notes.must(!page.url.includes('code='), 'no code in an address (Form Post §2)', page.url);
  } else {
    const url = new URL(page.location!);
    params = url.searchParams;
    notes.must(!/(?:code|error)=/.test(url.hash), 'the response is in the query (Core §3.1.2.5)', url.hash);
  }
  checkResponse(world, notes, params, request);
  return params;
}

const ofResponse = new Set(['code', 'state', 'iss', 'session_state', 'error', 'error_description', 'error_uri', 'scope']);

/** What holds of every response: RFC 6749 §4.1.2, RFC 9207. */
function checkResponse(world: World, notes: Notes, params: URLSearchParams, request: Record<string, string>): void {
  const names = [...params.keys()];
  notes.must(new Set(names).size === names.length, 'no parameter comes twice (RFC 6749 §3.1)', names);
  notes.must(
    names.every((name) => ofResponse.has(name) || new URL(world.redirect_uri).searchParams.has(name)),
    'only known parameters',
    names,
  );
  notes.must(params.get('state') === (request.state ?? null), 'state comes back as it was sent (RFC 6749 §4.1.2)', params.get('state'));
  if (world.metadata['authorization_response_iss_parameter_supported'] || params.has('iss'))
    notes.must(params.get('iss') === world.issuer, 'iss is the issuer (RFC 9207 §2)', params.get('iss'));
  const code = params.get('code');
  if (!params.has('error')) {
    notes.must(code !== null && /^[\x20-\x7e]+$/.test(code), 'a code (RFC 6749 §4.1.2)', code);
    note(world, 'code', code);
    return;
  }
  notes.must(code === null, 'an error has no code beside it (RFC 6749 §4.1.2.1)');
  const described = params.get('error_description') ?? '';
  // error = 1*NQSCHAR, error-description = 1*NQSCHAR (RFC 6749 appendix A.7, A.8)
  for (const text of [params.get('error')!, described])
    notes.must(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/.test(text), 'no such character in an error', text);
  if (params.has('error_uri')) notes.must(URL.canParse(params.get('error_uri')!), 'error_uri is an address', params.get('error_uri'));
}

/** The request has to end at the application with a code. */
export async function authorizeForCode(world: World, notes: Notes, more: Params = {}, jar: Jar = world.signedIn) {
  const ending = await authorize(world, notes, jar, more);
  return { ...ending, code: codeOf(ending) };
}

export function codeOf({ returned, page }: Ending): string {
  const code = returned?.get('code');
  if (!code)
    throw new Error(
      `no code: ${returned ?? `${page.status} ${page.url} ${load(page.text)('main').text().replace(/\s+/g, ' ').slice(0, 300)}`}`,
    );
  return code;
}

/** The request has to end on an error page of the provider, not at the application: 4xx, no redirect, and a code by which support finds it. */
export function expectErrorPage(notes: Notes, { page, returned }: Ending): void {
  notes.must(
    returned === undefined && page.location === undefined,
    'no redirect to an address that is not registered (RFC 6749 §4.1.2.1)',
    page.location,
  );
  notes.must(page.status >= 400 && page.status < 500, 'a page that says so, by 4xx', page.status);
  notes.must(page.text.includes('support-code'), 'the page has a support code');
}
