import type { Context as KoaContext } from 'koa';
import type { Branding } from '../../domain/company/branding/index.ts';
import type { LimitKind } from '../../domain/records/address-limits/index.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Session } from '../../domain/sign-in/sessions/index.ts';
import type { Form } from '../../platform/http/index.ts';
import type { Locale, Translate } from '../../platform/i18n/index.ts';
import type { ResolvedContext } from './context-directory.ts';
import type { KnownPerson } from './known-mark.ts';
import type { Services } from './services.ts';

/** Who may use a route: anybody, a person signed in to this context, or its administrators. */
export type Access = 'anyone' | 'person' | 'administrator';

export type PageContext = {
  ctx: KoaContext;
  services: Services;
  context: ResolvedContext;
  /** The company's other environment: of approval its production, of production its approval. */
  pair: ResolvedContext | undefined;
  branding: Branding;
  scope: Scope;
  session: Session | undefined;
  locale: Locale;
  t: Translate;
  params: Record<string, string>;
  query: (name: string) => string;
  form: Form;
  /** This browser's own secret: binds pending requests and forms to it. */
  browser: string;
  /** It came with the request. A browser that refuses cookies gets another one each time. */
  isKnownBrowser: boolean;
  /** The person who has signed in with it before, the last one. */
  known: KnownPerson | undefined;
  csrf: string;
  /** What the form shows whose record somebody else changed meanwhile; the audience that asks says what. */
  conflict?: object | undefined;
};

export type Actions = (page: PageContext) => Promise<void>;

/** A page and who may use it. POST bodies are forms and carry the `_csrf` field. */
export type Route = {
  method: 'GET' | 'POST';
  path: string;
  access: Access;
  handle: Actions;
  /** For a form of this browser that was shown before somebody signed in, and is not done; a page that says so unless told. */
  showOutdated?: Actions;
  /** A protocol's message that other sites post here: it carries protection of its own, and no cookie of ours comes with it. */
  fromElsewhere?: boolean;
  /** A program posts here, and no browser: its message carries protection of its own, and the handler reads it. */
  fromProgram?: true;
  /** Its answer may lead out of our pages, so nobody comes to it by the redirect after a form. */
  leaves?: true;
  /** On which count of its address it stands: once that is used up nothing of it is looked at. The handler counts. */
  limit?: LimitKind;
  /** Where its page is explained: a guide of docs/ and an anchor in it. */
  help?: string;
  /** For a form that is larger than `maxBytes`, of which nothing was read; an error page unless told. */
  showTooLarge?: Actions;
  /** Largest body in bytes; 64 KiB unless told. */
  maxBytes?: number;
};
