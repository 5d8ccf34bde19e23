import { AppError, invalidInput } from '../../../platform/errors/index.ts';
import type { Keys } from '../configuration/index.ts';

/** An object of a configuration, as a file says it. */
type ObjectValue = Keys;

/** `keys`: of an item in a list of objects those that differ by environment, in the order in which they stand on a line. */
type Codec = { show(value: unknown): string; read(text: string, model: unknown): unknown; keys?: readonly string[] };

/**
 * What differs by environment by nature. `look` is how a form asks for it. Of an object that production has, its own value stays and is no difference; of a new one it is asked
 * for once.
 */
export type OwnField = { path: string; look: 'line' | 'lines'; codec: Codec };

const linesOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((one) => one.trim())
    .filter(Boolean);

const line: Codec = { show: (value) => String(value), read: (text) => text.trim() };
const lines: Codec = { show: (value) => (value as string[]).join('\n'), read: linesOf };

/** Only the address is a matter of the environment: index and binding are as approval has them, line by line. */
const services: Codec = {
  keys: ['url'],
  show: (value) => (value as { url: string }[]).map(({ url }) => url).join('\n'),
  read: (text, model) => linesOf(text).map((url, index) => ({ ...(model as object[])[index], url })),
};

/** A second address on the line is the one that answers go to. */
const logoutServices: Codec = {
  keys: ['url', 'responseUrl'],
  show: (value) =>
    (value as { url: string; responseUrl?: string }[])
      .map(({ url, responseUrl }) => [url, responseUrl].filter(Boolean).join(' '))
      .join('\n'),
  read: (text, model) =>
    linesOf(text).map((one, index) => {
      const [url, responseUrl] = one.split(/\s+/);
      const { responseUrl: _, ...shape } = ((model as object[])[index] ?? { binding: 'redirect' }) as { responseUrl?: string };
      return { ...shape, url, ...(responseUrl ? { responseUrl } : {}) };
    }),
};

const pem = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const certificates: Codec = {
  show: (value) => (value as string[]).join('\n'),
  read: (text) => text.match(pem) ?? linesOf(text),
};

const json: Codec = {
  show: (value) => JSON.stringify(value, null, 2),
  read(text) {
    try {
      return JSON.parse(text);
    } catch {
      throw invalidInput({ jwks: 'fields.jwks_set' });
    }
  },
};

const fieldsOf: Record<string, OwnField[]> = {
  application: [
    { path: 'launchUrl', look: 'line', codec: line },
    { path: 'oidc.redirect_uris', look: 'lines', codec: lines },
    { path: 'oidc.post_logout_redirect_uris', look: 'lines', codec: lines },
    { path: 'oidc.web_origins', look: 'lines', codec: lines },
    { path: 'oidc.initiate_login_uri', look: 'line', codec: line },
    { path: 'oidc.backchannel_logout_uri', look: 'line', codec: line },
    { path: 'oidc.jwks_uri', look: 'line', codec: line },
    { path: 'oidc.jwks', look: 'lines', codec: json },
    { path: 'oidc.sector_identifier_uri', look: 'line', codec: line },
    { path: 'saml.entityId', look: 'line', codec: line },
    { path: 'saml.assertionConsumerServices', look: 'lines', codec: services },
    { path: 'saml.singleLogoutServices', look: 'lines', codec: logoutServices },
    { path: 'saml.soapLogoutUrl', look: 'line', codec: line },
    { path: 'saml.metadataUrl', look: 'line', codec: line },
    { path: 'saml.signingCertificates', look: 'lines', codec: certificates },
    { path: 'saml.encryptionCertificate', look: 'lines', codec: line },
    { path: 'saml.spNameQualifier', look: 'line', codec: line },
    { path: 'saml.audiences', look: 'lines', codec: lines },
    { path: 'saml.relayStates', look: 'lines', codec: lines },
    { path: 'saml.defaultRelayState', look: 'line', codec: line },
  ],
  directory: [
    { path: 'settings.rootDn', look: 'line', codec: line },
    { path: 'settings.accountDomain', look: 'line', codec: line },
  ],
};

/** Without these there is no application of the protocol. */
const indispensable = new Set(['oidc.redirect_uris', 'saml.entityId', 'saml.assertionConsumerServices']);

/** Secrets have a life of their own in each environment: neither asked for nor compared. */
const ofSecrets = ['oidc.client_secret', 'oidc.client_secret_expires_at', 'oidc.former_client_secret_expires_at'];

export const ownFieldsOf = (kind: string): OwnField[] => fieldsOf[kind] ?? [];

export const isOwnPath = (kind: string, path: string): boolean =>
  ownFieldsOf(kind).some((field) => path === field.path || path.startsWith(`${field.path}.`) || path.startsWith(`${field.path}[`));

const keptAt = (object: ObjectValue | undefined, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as ObjectValue | undefined)?.[key], object);

/** @returns undefined for what is empty as well: nobody is asked for nothing */
export function valueAt(object: ObjectValue | undefined, path: string): unknown {
  const found = keptAt(object, path);
  const isEmpty = found === null || found === '' || (Array.isArray(found) && found.length === 0);
  return isEmpty ? undefined : found;
}

/** @param value undefined takes it away */
function putAt(object: ObjectValue, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  const owner = keys.reduce<ObjectValue | undefined>((found, key) => found?.[key] as ObjectValue | undefined, object);
  if (!owner) return;
  if (value === undefined) delete owner[last];
  else owner[last] = value as Keys[string];
}

/** The part of the object that a field belongs to, such as `oidc`; a field of the object itself belongs to all of it. */
export const hasPart = (object: ObjectValue | undefined, path: string): boolean =>
  object !== undefined && (!path.includes('.') || object[path.split('.')[0]!] !== undefined);

/** What is asked of a person about one object: `shown` is what approval has, `value` what production had before or somebody has typed. */
export type Question = { path: string; look: 'line' | 'lines'; shown: string; value: string; isRequired: boolean; isRemembered: boolean };

/** Texts by the path of the field. */
export type Texts = Record<string, string>;

/** What production has to say itself before it can have this object. @param remembered what was said of it in an earlier promotion */
export function findQuestions(kind: string, approval: ObjectValue, production: ObjectValue | undefined, remembered: Texts): Question[] {
  return ownFieldsOf(kind).flatMap(({ path, look, codec }): Question[] => {
    const shown = valueAt(approval, path);
    if (shown === undefined || valueAt(production, path) !== undefined) return [];
    const isNew = !hasPart(production, path);
    return [
      {
        path,
        look,
        shown: codec.show(shown),
        value: remembered[path] ?? '',
        // an optional value that production never had may stay away
        isRequired: isNew && indispensable.has(path),
        isRemembered: remembered[path] !== undefined,
      },
    ];
  });
}

/**
 * Approval's object as it would be in production: with the values that production has of its own.
 * @param said answers to the questions
 * @throws AppError invalid_input where one cannot be read
 */
export function withOwnValues(kind: string, approval: ObjectValue, production: ObjectValue | undefined, said: Texts): ObjectValue {
  const result = structuredClone(approval);
  for (const { path, codec } of ownFieldsOf(kind)) {
    const model = valueAt(approval, path);
    const text = valueAt(production, path) === undefined ? said[path]?.trim() : undefined;
    // an empty list stays one: nobody chose to take it away
    putAt(result, path, text && model !== undefined ? codec.read(text, model) : keptAt(production, path));
  }
  for (const path of ofSecrets) putAt(result, path, valueAt(production, path));
  return result;
}

/** Why an answer cannot be read at all, as a message key. */
export function answerFault(kind: string, path: string, text: string): string | undefined {
  try {
    ownFieldsOf(kind)
      .find((field) => field.path === path)
      ?.codec.read(text, []);
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return Object.values(error.fields ?? {})[0];
    throw error;
  }
}

/** What production has of its own, as texts: remembered when the object goes, so that nobody is asked again should it come back. */
export const readOwnTexts = (kind: string, production: ObjectValue): Texts =>
  Object.fromEntries(
    ownFieldsOf(kind).flatMap(({ path, codec }) => {
      const value = valueAt(production, path);
      return value === undefined ? [] : [[path, codec.show(value)]];
    }),
  );
