import { gateRules, type Rule, type Status, statusOf } from '../../../platform/saml/index.ts';
import { type RefusalReason as AccessReason, accessReasons } from '../../applications/access/index.ts';
import { type NameIdFault, nameIdFaults } from '../../applications/assertions/index.ts';
import { type OidcReason, oidcReasons } from '../../records/refusals/index.ts';
import { type SignInReason, signInReasons } from '../../sign-in/authentication/index.ts';
import type { MendPage } from './explanation.ts';

/** Those that are a refusal. */
type Refusing = Exclude<Status, 'Success' | 'PartialLogout'>;
const isRefusing = (status: Status): status is Refusing => statusOf[status][0] !== 'Success';

/** The status of the protocol that a SAML application receives. */
export type SamlStatusReason = `saml:${Refusing}` | `saml:InvalidNameIDPolicy:${NameIdFault}`;

/** Why somebody, or an application, was refused: whatever an event of a refusal can say. */
export type RefusalReason = AccessReason | SignInReason | OidcReason | Rule | SamlStatusReason;

/** Of each protocol and of the two decisions. A new reason is in one of these lists, and `mendOfReason` does not compile without it. */
export const refusalReasons: Record<'access' | 'signIn' | 'oidc' | 'saml' | 'samlStatus', readonly RefusalReason[]> = {
  access: accessReasons,
  signIn: signInReasons,
  oidc: oidcReasons,
  saml: gateRules,
  samlStatus: [
    ...(Object.keys(statusOf) as Status[]).filter(isRefusing).map((status) => `saml:${status}` as const),
    ...nameIdFaults.map((fault) => `saml:InvalidNameIDPolicy:${fault}` as const),
  ],
};

/** `self`: the person mends it; `partner`: whoever runs the application does, for its request is not as it should be. */
type Mender = MendPage | 'self' | 'partner';

/** Who or which page mends it. */
export const mendOfReason: Record<RefusalReason, Mender> = {
  'person-unknown': 'users',
  'person-not-active': 'user',
  'application-unknown': 'applications',
  'application-disabled': 'application',
  'not-assigned': 'user-applications',

  'unknown-person': 'users',
  'attempts-used-up': 'user',
  'wrong-password': 'user-password',
  invited: 'user',
  deactivated: 'user',
  blocked: 'user',
  'directory-not-asked': 'user',
  'directory-unavailable': 'directory',
  'directory-account-disabled': 'directory',
  'directory-account-expired': 'directory',
  'directory-outside-hours': 'directory',
  'directory-wrong-workstation': 'directory',
  'directory-account-locked': 'directory',
  'directory-not-found': 'directory',
  'wrong-totp': 'user-second-factors',
  'wrong-passkey': 'user-second-factors',
  'wrong-recovery-code': 'user-second-factors',
  'totp-not-taken': 'policy',
  'passkey-not-taken': 'policy',
  'kept-out-network': 'policy',
  'kept-out-hours': 'policy',
  'kept-out-no-factor': 'policy',

  'client-unknown': 'applications',
  'wrong-secret': 'application',
  'secret-ended': 'application',
  'too-many-secrets': 'application',
  'wrong-client-authentication': 'application-edit',
  'wrong-client-assertion': 'application-edit',
  'client-keys-unreadable': 'application-edit',
  'redirect-not-registered': 'application-edit',
  'redirect-differs': 'partner',
  'pkce-missing': 'partner',
  'pkce-wrong': 'partner',
  'code-unknown': 'partner',
  'refresh-token-unknown': 'partner',
  'device-code-unknown': 'partner',
  'grant-unknown': 'partner',
  'of-other-application': 'partner',
  'sign-in-over': 'self',
  'person-not-admitted': 'application',
  'wrong-proof': 'partner',
  'token-refused': 'partner',
  'user-code-unknown': 'self',
  'user-codes-used-up': 'self',
  invalid_request: 'partner',
  invalid_request_object: 'partner',
  invalid_scope: 'application-edit',
  invalid_target: 'application-edit',
  insufficient_scope: 'partner',
  unauthorized_client: 'application-edit',
  unsupported_grant_type: 'partner',
  unsupported_response_type: 'partner',
  unsupported_response_mode: 'partner',
  unmet_authentication_requirements: 'policy',
  expired_token: 'self',
  'protocol-error': 'partner',

  binding: 'application-edit',
  encoding: 'partner',
  size: 'partner',
  'well-formed': 'partner',
  'no-doctype': 'partner',
  'no-comment': 'partner',
  schema: 'partner',
  'message-type': 'partner',
  version: 'partner',
  id: 'partner',
  issuer: 'applications',
  'signature-required': 'partner',
  'signature-placement': 'partner',
  'signature-algorithm': 'application-edit',
  'signature-transforms': 'application-edit',
  'signature-value': 'application-edit',
  destination: 'partner',
  'issue-instant': 'partner',
  replay: 'partner',
  acs: 'application-edit',
  subject: 'partner',
  expired: 'partner',
  artifact: 'partner',
  launch: 'application-edit',
  'relay-state': 'application-edit',

  'saml:NoPassive': 'partner',
  'saml:AuthnFailed': 'self',
  'saml:RequestDenied': 'user-applications',
  'saml:InvalidNameIDPolicy': 'application-edit',
  'saml:InvalidNameIDPolicy:format': 'application-edit',
  'saml:InvalidNameIDPolicy:encrypted': 'partner',
  'saml:InvalidNameIDPolicy:qualifier': 'partner',
  'saml:InvalidNameIDPolicy:no-email': 'user-edit',
  'saml:InvalidNameIDPolicy:no-value': 'user-edit',
  'saml:NoAuthnContext': 'policy',
  'saml:UnknownPrincipal': 'self',
  'saml:UnsupportedBinding': 'application-edit',
  'saml:VersionMismatch': 'partner',
  'saml:RequestUnsupported': 'partner',
};
