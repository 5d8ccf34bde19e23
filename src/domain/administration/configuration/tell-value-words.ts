import { isLocale, type Translate } from '../../../platform/i18n/index.ts';
import { factorTexts } from '../../sign-in/sign-in-policy/index.ts';
import { namesOfPath } from './compare-configurations.ts';
import type { Kind } from './objects.ts';

const fromField = (value: string): string => `saml_form.from_${value}`;

/** The text of a value as the form of its field has it, by the path of the field. `*`: any name. */
const keysOf: Partial<Record<Kind, Record<string, (value: string) => string>>> = {
  company: { environment: (value) => `environments.${value}` },
  newAccounts: { activation: (value) => `users.activation_${value === 'invitation' ? value : 'temporary'}` },
  customField: { type: (value) => `custom_fields.type_${value}` },
  directory: {
    'settings.withoutEmail': (value) => `directories.without_email_${value}`,
    'settings.nestedGroups': (value) => `directories.nested_groups_${value}`,
  },
  application: {
    'oidc.token_endpoint_auth_method': (value) => `applications.authentication_${value}`,
    'oidc.grant_types': (value) => `applications.grant_${value.split(':').at(-1)}`,
    'oidc.subject_type': (value) => `claims_form.subject_${value}`,
    'oidc.id_token_claims': (value) => `claims_form.id_token_${value}`,
    'oidc.groups_claim.only': (value) => `claims_form.groups_${value}`,
    'oidc.standard_claims.*': (value) => `claims_form.into_${value}`,
    'oidc.claims.from': fromField,
    'oidc.claims.into': (value) => `claims_form.into_${value}`,
    'saml.nameIdField': fromField,
    'saml.attributes.from': fromField,
    'saml.assertionConsumerServices.binding': (value) => `promotion.values.binding_${value}`,
    'saml.singleLogoutServices.binding': (value) => `promotion.values.binding_${value}`,
    'saml.nameIdFormat': (value) => `saml_form.name_id_${value}`,
  },
  api: { tokenFormat: (value) => `apis.${value}`, scopesClaim: (value) => `apis.scopes_claim_${value}` },
  policy: {
    'secondFactor.demand': (value) => `policy.demand_${value}`,
    'secondFactor.factors': (value) => `${factorTexts(value)}.name`,
    'password.classes': (value) => `policy.class_${value}`,
    'hours.days': (value) => `policy.day_${value}`,
    'for.role': (value) => `roles.${value}`,
  },
};

/** Words for the values of a field; those that have none are as they are, such as algorithms. */
export function valueWords(t: Translate, kind: Kind, path: string): (value: string) => string {
  const names = namesOfPath(path).filter((name) => !isLocale(name));
  const known = keysOf[kind === 'override' ? 'policy' : kind] ?? {};
  const keyOf = known[names.join('.')] ?? known[[...names.slice(0, -1), '*'].join('.')];
  return (value) => {
    const key = keyOf?.(value);
    const text = key === undefined ? undefined : t(key);
    // of a missing text its key comes back
    return text === undefined || text === key ? value : text;
  };
}
