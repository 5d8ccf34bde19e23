// The SAML half of the demo's sample application: a service provider by @node-saml, which knows nothing of ours but the metadata.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Profile, SAML } from '@node-saml/node-saml';

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;
type Tools = {
  page(body: string): string;
  escapeHtml(value: unknown): string;
  redirect(response: ServerResponse, location: string): void;
  body(request: IncomingMessage): Promise<URLSearchParams>;
};

const cookieOf = (request: IncomingMessage): string => /(?:^|; )sample_saml=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';

/** @param privateKey PEM, whose certificate the identity provider was told */
export function samlRoutes(
  issuer: string,
  address: string,
  privateKey: string,
  { page, escapeHtml, redirect, body }: Tools,
): Record<string, Handler> {
  const sessions = new Map<string, Profile>();
  let provider: Promise<SAML> | undefined;

  const load = (): Promise<SAML> => {
    provider ??= fetch(`${issuer}/saml/metadata`).then(async (answer) => {
      const certificates = [...(await answer.text()).matchAll(/<ds:X509Certificate>([^<]+)/g)].map(([, der]) => der!);
      return new SAML({
        issuer: `${address}/saml/metadata`,
        audience: `${address}/saml/metadata`,
        callbackUrl: `${address}/saml/acs`,
        entryPoint: `${issuer}/saml/sso`,
        logoutUrl: `${issuer}/saml/slo`,
        idpIssuer: issuer,
        idpCert: certificates,
        privateKey,
        signatureAlgorithm: 'sha256',
        wantAssertionsSigned: true,
        wantAuthnResponseSigned: false,
        identifierFormat: null,
      });
    });
    provider.catch(() => {
      provider = undefined;
    });
    return provider;
  };

  return {
    async '/saml'(request, response) {
      const profile = sessions.get(cookieOf(request));
      const rows = Object.entries((profile?.attributes as Record<string, unknown>) ?? {}).map(
        ([name, value]) =>
          `<tr><th scope="row">${escapeHtml(name)}</th><td>${escapeHtml(Array.isArray(value) ? value.join(', ') : value)}</td></tr>`,
      );
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(
        page(
          profile
            ? `<p>Signed in by SAML as <strong id="who">${escapeHtml(profile.nameID)}</strong>.</p><table>${rows.join('')}</table><p><a href="/saml/sign-out">Sign out</a></p>`
            : '<p>Nobody is signed in.</p><p><a href="/saml/sign-in">Sign in by SAML</a></p>',
        ),
      );
    },
    async '/saml/sign-in'(_request, response) {
      redirect(response, await (await load()).getAuthorizeUrlAsync('/saml', undefined, {}));
    },
    async '/saml/acs'(request, response) {
      const form = await body(request);
      const { profile } = await (await load()).validatePostResponseAsync({ SAMLResponse: form.get('SAMLResponse') ?? '' });
      const id = randomBytes(24).toString('base64url');
      sessions.set(id, profile!);
      if (sessions.size > 1000) sessions.delete(sessions.keys().next().value!);
      response.setHeader('set-cookie', `sample_saml=${id}; HttpOnly; SameSite=Lax; Path=/`);
      redirect(response, '/saml');
    },
    async '/saml/sign-out'(request, response) {
      const profile = sessions.get(cookieOf(request));
      sessions.delete(cookieOf(request));
      redirect(response, profile ? await (await load()).getLogoutUrlAsync(profile, '/saml', {}) : '/saml');
    },
    async '/saml/slo'(_request, response, url) {
      const saml = await load();
      const { profile } = await saml.validateRedirectAsync(Object.fromEntries(url.searchParams), url.search.slice(1));
      if (!profile || !url.searchParams.has('SAMLRequest')) return redirect(response, '/saml'); // the answer to our own request
      for (const [id, one] of sessions) if (one.nameID === profile.nameID && one.sessionIndex === profile.sessionIndex) sessions.delete(id);
      redirect(response, await saml.getLogoutResponseUrlAsync(profile, url.searchParams.get('RelayState') ?? '', {}, true));
    },
  };
}
