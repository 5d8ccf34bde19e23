import { usesSecret } from '../../applications/applications/index.ts';
import { type Configuration, isKeys, type Keys } from './configuration.ts';
import { escapeReferences } from './references.ts';

/** The name of the variable in which an export expects a client secret. */
export const secretVariable = (context: string, application: string): string =>
  `CLIENT_SECRET_${context}_${application}`.toUpperCase().replaceAll('-', '_');

/** What a file says to get this company: every text as it is, and a reference for each client secret. */
export function fileOf(configuration: Configuration): { contexts: unknown[] } {
  const escaped = escapeTexts(configuration) as Configuration;
  const applications = escaped.applications.map((application) => withSecret(configuration.code, application));
  return { contexts: [{ ...escaped, applications }] };
}

function withSecret(context: string, application: Configuration['applications'][number]) {
  const { oidc } = application;
  if (!oidc || !usesSecret({ token_endpoint_auth_method: String(oidc.token_endpoint_auth_method) })) return application;
  const { client_id, ...settings } = oidc as Keys;
  return { ...application, oidc: { client_id, client_secret: `\${env:${secretVariable(context, application.code)}}`, ...settings } };
}

function escapeTexts(value: unknown): unknown {
  if (typeof value === 'string') return escapeReferences(value);
  if (Array.isArray(value)) return value.map(escapeTexts);
  return isKeys(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escapeTexts(inner)])) : value;
}
