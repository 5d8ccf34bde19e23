import { type Application, samlOptionNames, samlOptions } from '../../../domain/applications/applications/index.ts';
import type { PageContext } from '../../request/index.ts';
import type { FormValues } from './form-values.ts';

/** The parts of an application's form, which are those of its page. */
export const parts = ['general', 'sign-in', 'data', 'advanced'] as const;
export type Part = (typeof parts)[number];

const optionsOf = (section: string) => samlOptionNames.filter((name) => samlOptions[name].section === section);

const general = ['code', 'name', 'description', 'category', 'navigable', 'launchUrl'] as const;

const oidc: Record<Part, string[]> = {
  general: ['consent_required'],
  'sign-in': [
    'redirect_uris',
    'allow_private_use_schemes',
    'post_logout_redirect_uris',
    'web_origins',
    'initiate_login_uri',
    'backchannel_logout_uri',
    'client_id',
    'token_endpoint_auth_method',
    'client_secret',
    'jwks',
    'jwks_uri',
    'grant_types',
    'id_token_signed_response_alg',
    'require_pushed_authorization_requests',
    'dpop_bound_access_tokens',
  ],
  data: [
    'claims',
    'standard_claims',
    'id_token_claims',
    'groups_claim',
    'most_values',
    'subject_type',
    'sector_identifier_uri',
    'new_subjects',
  ],
  advanced: [
    'access_token_seconds',
    'id_token_seconds',
    'refresh_token_seconds',
    'grant_seconds',
    'refresh_overlap_seconds',
    'introspects_all_applications',
  ],
};

const saml: Record<Part, string[]> = {
  general: [],
  'sign-in': [
    'entityId',
    'assertionConsumerServices',
    'singleLogoutServices',
    'signingCertificates',
    'requireSignedRequests',
    'defaultRelayState',
    'metadataUrl',
    'metadata',
    'metadataEntity',
    ...optionsOf('addresses'),
  ],
  data: ['nameIdFormat', 'nameIdField', 'forceNameIdFormat', 'attributes', 'sendGroups', ...optionsOf('told')],
  advanced: [
    'signAssertion',
    'signResponse',
    'signatureAlgorithm',
    'encryptAssertion',
    'encryptionAlgorithm',
    'encryptionCertificate',
    ...optionsOf('protection'),
  ],
};

/** Which part the form shows; none is all of it. */
export const readPart = ({ form, query }: PageContext): Part | undefined => {
  const said = form?.get('part') || query('part');
  return parts.find((one) => one === said);
};

/** What the form's part says, and of all else what the application has. */
export function mergePart(part: Part | undefined, typed: FormValues, before: FormValues): FormValues {
  if (!part) return typed;
  const pick = (values: object | null | undefined, names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, (values as Record<string, unknown> | undefined)?.[name]]));
  const said = (values: object) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return {
    ...before,
    ...(part === 'general' ? pick(typed, general) : {}),
    ...(before.oidc ? { oidc: said({ ...before.oidc, ...pick(typed.oidc, oidc[part]) }) } : {}),
    ...(before.saml ? { saml: said({ ...before.saml, ...pick(typed.saml, saml[part]) }) } : {}),
  };
}

/** A part can only show a refusal of its own fields again: for any other the whole form is shown. */
export function partOfRefusal(part: Part | undefined, application: Application, fields: string[]): Part | undefined {
  if (!part) return undefined;
  const own = [...(part === 'general' ? general : []), ...(application.saml ? saml : oidc)[part]];
  return fields.every((field) => own.some((name) => field === name || field.startsWith(`${name}.`))) ? part : undefined;
}
