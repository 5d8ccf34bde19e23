import { type Application, withoutSecrets } from '../../../domain/applications/applications/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { presentClaimSettings, readClaimSettings } from './claims-form.ts';
import { type FormValues, isForEveryone, readGeneral, sourcesOf } from './form-values.ts';
import { readTokenSettings, shownTokenTimes } from './token-settings-form.ts';

const lists = ['redirect_uris', 'post_logout_redirect_uris', 'web_origins'] as const;
const texts = ['client_id', 'jwks_uri', 'backchannel_logout_uri', 'initiate_login_uri'] as const;
const flags = ['dpop_bound_access_tokens', 'require_pushed_authorization_requests'] as const;

export function oidcValuesOf(application: Application): FormValues {
  return { ...application, version: undefined, saml: undefined, oidc: withoutSecrets(application.oidc ?? {}) };
}

/** Settings the form does not show (such as `backchannel_logout_session_required`, set by a file) stay as they are. */
export function readOidcValues(page: PageContext, before?: Application): FormValues {
  const { form } = page;
  const kept = withoutSecrets(before?.oidc ?? {});
  const general = readGeneral(page);
  return {
    ...general,
    oidc: {
      ...kept,
      ...Object.fromEntries(texts.map((name) => [name, form.get(name).trim() || undefined])),
      ...Object.fromEntries(lists.map((name) => [name, form.lines(name)])),
      ...Object.fromEntries(flags.map((name) => [name, form.get(name) === 'yes'])),
      jwks: readKeys(form.get('jwks')),
      ...readClaimSettings(page),
      ...readTokenSettings(form),
      consent_required: form.get('consent_required') === 'yes' || undefined,
      allow_private_use_schemes: form.get('allow_private_use_schemes') === 'yes' || undefined,
      web_origins: form.lines('web_origins').length > 0 ? form.lines('web_origins') : undefined,
      client_id: form.get('client_id').trim() || general.code,
      token_endpoint_auth_method: form.get('token_endpoint_auth_method') || undefined,
      grant_types: form.all('grant_types'),
      id_token_signed_response_alg: form.get('id_token_signed_response_alg') || undefined,
    },
  };
}

/** @returns the text itself where it is not JSON: the domain says so, and the form shows it again */
function readKeys(text: string): unknown {
  try {
    return text.trim() === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

const showKeys = (keys: unknown): string => (keys === undefined || typeof keys === 'string' ? (keys ?? '') : JSON.stringify(keys, null, 2));

export async function renderOidcForm(
  page: PageContext,
  values: FormValues,
  locals: Record<string, unknown>,
  refusal?: Refusal,
): Promise<void> {
  const lines = {
    ...Object.fromEntries(lists.map((name) => [name, ((values.oidc?.[name] as string[] | undefined) ?? []).join('\n')])),
    jwks: showKeys(values.oidc?.jwks),
  };
  renderPage(
    page,
    'admin-console/applications/oidc-form',
    {
      values,
      forEveryone: isForEveryone(page),
      lines,
      told: await presentClaimSettings(page, values.oidc ?? undefined),
      sources: await sourcesOf(page),
      tokenTimes: shownTokenTimes(undefined),
      ...locals,
    },
    { refusal },
  );
}
