/** Browsers and systems act on these themselves, or they look like the web's: no application may be reached by them, whatever is ticked. */
const never =
  /^(https?.+|s?http.*|h[tx]{2}ps?|javascript|vbscript|livescript|data|file|blob|about|filesystem|view-source|feed|jar|resource|wss?|s?ftps?|mailto|tel|sms|urn|cid|mid|intent|android-app|ms-.*|chrome.*|moz-.*|edge|opera|safari.*|search-ms|ldaps?|ssh|telnet|gopher|nntp|news|irc|shell|res|mhtml|its|mk|microsoft-.*|onenote.*|itms.*|facetime.*)$/;

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** An address without what nobody may send an answer to: fragments, users, spaces and controls, stars. */
function parse(value: string): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || url.hash || value.includes('#') || url.username || url.password || value.length > 2000 || /[\s\\*\p{C}]/u.test(value))
    return undefined;
  // browsers read https:host as an address of this site
  return /^https?:/i.test(value) && !/^https?:\/\/[^/]/i.test(value) ? undefined : url;
}

/** https; http on this machine (RFC 8252 §7.3); or a private-use scheme with a dot (§7.1), which keeps `javascript:` and the like out. */
export function isRedirectUri(value: string): boolean {
  const url = parse(value);
  if (!url) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' ? loopback.has(url.hostname) : url.protocol.includes('.'));
}

/** Names under which anybody gets a name: one below them belongs to nobody that is known. */
const shared =
  'amazonaws.com elasticbeanstalk.com cloudfront.net amplifyapp.com awsapprunner.com azurewebsites.net azurestaticapps.net azure.com azurefd.net azureedge.net windows.net run.app appspot.com web.app firebaseapp.com cloudfunctions.net pages.dev workers.dev vercel.app now.sh netlify.app netlify.com herokuapp.com github.io github.dev githubpreview.dev githubusercontent.com gitlab.io gitpod.io repl.co replit.dev replit.app onrender.com fly.dev railway.app surge.sh glitch.me ngrok.io ngrok.app ngrok.dev ngrok-free.app ngrok-free.dev loca.lt trycloudflare.com ts.net devtunnels.ms stackblitz.io webcontainer.io codesandbox.io csb.app deno.dev deno.net lovable.app lovable.dev bolt.host digitaloceanspaces.com ondigitalocean.app blogspot.com wixsite.com myshopify.com translate.goog nip.io sslip.io'.split(
    ' ',
  );
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const oneLabel = new RegExp(`^${label}$`);
const pattern = new RegExp(`^https://\\*\\.((?:${label}\\.)+[a-z]{2,63})(?::\\d{1,5})?(?:/[^*]*)?$`);

/**
 * `https://*.preview.example.com/cb`: one label of any name, below a name that is the company's own and is no public suffix. Without the list of those it has to be one label
 * longer than what registries sell: three, and four where a country has names such as `com.br` (a second label of at most three letters).
 */
function isRedirectPattern(value: string): boolean {
  const [, host] = pattern.exec(value) ?? [];
  if (host === undefined || !isRedirectUri(value.replace('*', 'any'))) return false;
  const labels = host.split('.');
  const [country = '', second = ''] = labels.toReversed();
  const least = country.length === 2 && second.length <= 3 ? 4 : 3;
  return labels.length >= least && !shared.some((name) => host === name || host.endsWith(`.${name}`));
}

/** Whether it has one label in the place of the star; everything else is compared character by character. */
export function fitsPattern(redirectPattern: string, value: string): boolean {
  if (!isRedirectPattern(redirectPattern) || !isRedirectUri(value)) return false;
  const [before = '', after = ''] = redirectPattern.split('*');
  const middle = value.slice(before.length, value.length - after.length);
  return value === before + middle + after && oneLabel.test(middle);
}

/** Whether a page at `origin` belongs to an address that is registered, also by a pattern. Only the web's schemes have pages. */
export function isOriginOf(redirectUri: string, origin: string): boolean {
  if (!/^https?:/i.test(redirectUri) || !URL.canParse(redirectUri)) return false;
  const own = new URL(redirectUri).origin;
  return redirectUri.includes('*') ? fitsPattern(`${own}/`, `${origin}/`) : own === origin;
}

/** @param origin as browsers write it (RFC 6454 §6.2): https, or http on this machine, without a path */
export const isWebOrigin = (origin: string): boolean =>
  /^https?:/.test(origin) && isRedirectUri(origin) && new URL(origin).origin === origin;

/** What is wrong with a redirect address, as a key of a sentence. @param allowsPrivateUse schemes without a dot, which any program on a device can claim (RFC 8252 §7.1, §8.4) */
export function redirectFault(value: string, allowsPrivateUse = false): string | undefined {
  if (value.includes('*')) return isRedirectPattern(value) ? undefined : 'fields.redirect_pattern';
  if (isRedirectUri(value)) return undefined;
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*):/.exec(value.toLowerCase()) ?? [];
  if (scheme === '' || scheme === 'https' || scheme === 'http') return 'fields.redirect_uri';
  if (never.test(scheme)) return 'fields.redirect_scheme_never';
  if (!parse(value)) return 'fields.redirect_uri';
  return allowsPrivateUse ? undefined : 'fields.redirect_scheme';
}
