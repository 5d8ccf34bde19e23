import { createPublicKey, X509Certificate } from 'node:crypto';
import { type Check, type Plan, skipUnless } from '../suite/outcome.ts';
import { listOf, readJson, type World } from '../suite/world.ts';

const discovery = 'OpenID Connect Discovery §3';

/** Discovery §3, RFC 8414 §2, and what registries have added of what a provider of this kind may say. */
const known = new Set(
  `issuer authorization_endpoint token_endpoint userinfo_endpoint jwks_uri registration_endpoint scopes_supported response_types_supported response_modes_supported
  grant_types_supported acr_values_supported subject_types_supported id_token_signing_alg_values_supported id_token_encryption_alg_values_supported
  id_token_encryption_enc_values_supported userinfo_signing_alg_values_supported userinfo_encryption_alg_values_supported userinfo_encryption_enc_values_supported
  request_object_signing_alg_values_supported request_object_encryption_alg_values_supported request_object_encryption_enc_values_supported
  token_endpoint_auth_methods_supported token_endpoint_auth_signing_alg_values_supported display_values_supported claim_types_supported claims_supported
  service_documentation claims_locales_supported ui_locales_supported claims_parameter_supported request_parameter_supported request_uri_parameter_supported
  require_request_uri_registration op_policy_uri op_tos_uri check_session_iframe end_session_endpoint frontchannel_logout_supported
  frontchannel_logout_session_supported backchannel_logout_supported backchannel_logout_session_supported prompt_values_supported revocation_endpoint
  revocation_endpoint_auth_methods_supported revocation_endpoint_auth_signing_alg_values_supported introspection_endpoint
  introspection_endpoint_auth_methods_supported introspection_endpoint_auth_signing_alg_values_supported code_challenge_methods_supported signed_metadata
  device_authorization_endpoint pushed_authorization_request_endpoint require_pushed_authorization_requests dpop_signing_alg_values_supported
  authorization_response_iss_parameter_supported authorization_details_types_supported require_signed_request_object tls_client_certificate_bound_access_tokens
  mtls_endpoint_aliases introspection_signing_alg_values_supported authorization_signing_alg_values_supported backchannel_authentication_endpoint
  backchannel_token_delivery_modes_supported backchannel_user_code_parameter_supported client_id_metadata_document_supported protected_resources`.split(
    /\s+/,
  ),
);

const check = (name: string, run: Check<World>['run'], source = discovery): Check<World> => ({ name, source, run });

const endpointNames = (world: World) =>
  Object.keys(world.metadata).filter((name) => /_endpoint$|^jwks_uri$|^check_session_iframe$/.test(name));

export const configPlan: Plan<World> = {
  name: 'Config OP',
  checks: [
    check('the document is JSON at the issuer’s address, with members that are known', async (world, notes) => {
      const answer = await world.send(`${world.issuer}/.well-known/openid-configuration`);
      notes.must(answer.status === 200, 'answers 200', answer.status);
      notes.must(/^application\/json/.test(String(answer.headers['content-type'])), 'is JSON', answer.headers['content-type']);
      const unknown = Object.keys(readJson(answer) ?? {}).filter((name) => !known.has(name));
      notes.should(unknown.length === 0, 'no unknown member', unknown);
    }),
    check('the issuer is the address that was asked, https, without query and fragment', async ({ metadata, issuer }, notes) => {
      notes.must(metadata.issuer === issuer, 'issuer is the address before /.well-known', metadata.issuer);
      notes.must(/^https:\/\/[^?#]+$/.test(metadata.issuer), 'issuer is an https address', metadata.issuer);
    }),
    check('required members have their type', async (world, notes) => {
      for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri'])
        notes.must(typeof world.metadata[name] === 'string', `${name} is there`, world.metadata[name]);
      for (const [name, value] of Object.entries(world.metadata)) {
        if (/_(values|types|methods|modes|locales|scopes|claims)_supported$|^(scopes|claims)_supported$/.test(name))
          notes.must(Array.isArray(value) && value.every((one) => typeof one === 'string'), `${name} is a list of texts`, value);
        else if (/_supported$/.test(name)) notes.must(typeof value === 'boolean', `${name} is true or false`, value);
      }
    }),
    check('response types, grant types and subject types', async (world, notes) => {
      notes.must(
        listOf(world, 'response_types_supported').includes('code'),
        'response type code',
        world.metadata['response_types_supported'],
      );
      const grants = world.metadata['grant_types_supported'] ?? ['authorization_code', 'implicit'];
      notes.must((grants as string[]).includes('authorization_code'), 'grant type authorization_code', grants);
      const subjects = listOf(world, 'subject_types_supported');
      notes.must(subjects.length > 0 && subjects.every((one) => ['public', 'pairwise'].includes(one)), 'subject types', subjects);
    }),
    check('algorithms: RS256 for ID tokens, and for request objects where they are taken', async (world, notes) => {
      const algs = listOf(world, 'id_token_signing_alg_values_supported');
      notes.must(algs.includes('RS256'), 'ID tokens by RS256', algs);
      for (const name of Object.keys(world.metadata).filter((one) => /_alg_values_supported$/.test(one)))
        for (const alg of listOf(world, name)) notes.must(/^[A-Za-z0-9+-]+$/.test(alg), `${name} names algorithms`, alg);
      const requests = world.metadata['request_object_signing_alg_values_supported'];
      if (Array.isArray(requests) && requests.length > 0) notes.must(requests.includes('RS256'), 'request objects by RS256', requests);
    }),
    check('says whether it takes request, request_uri and claims', async ({ metadata }, notes) => {
      // request_uri: what is left out is true (Discovery §3)
      notes.must(
        typeof metadata['request_uri_parameter_supported'] === 'boolean',
        'request_uri_parameter_supported',
        metadata['request_uri_parameter_supported'],
      );
      notes.should(typeof metadata['request_parameter_supported'] === 'boolean', 'request_parameter_supported');
      notes.should(typeof metadata['claims_parameter_supported'] === 'boolean', 'claims_parameter_supported');
    }),
    check('scopes and claims are listed', async (world, notes) => {
      const scopes = listOf(world, 'scopes_supported');
      notes.must(scopes.includes('openid'), 'scope openid', scopes);
      // scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) (RFC 6749 §3.3)
      for (const scope of scopes)
        notes.must(/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope), 'a scope is made of what RFC 6749 §3.3 allows', scope);
      notes.must(listOf(world, 'claims_supported').includes('sub'), 'claims_supported', world.metadata['claims_supported']);
    }),
    check('languages are tags of BCP 47', async (world, notes) => {
      for (const name of ['ui_locales_supported', 'claims_locales_supported']) {
        for (const locale of listOf(world, name)) {
          let canonical: string | undefined;
          try {
            [canonical] = Intl.getCanonicalLocales(locale);
          } catch {}
          if (notes.must(canonical !== undefined, `${name}: a tag`, locale))
            notes.should(canonical === locale, `${name}: in canonical writing`, locale);
        }
      }
    }),
    check('every endpoint is https', async (world, notes) => {
      for (const name of endpointNames(world))
        notes.must(/^https:\/\//.test(String(world.metadata[name])), `${name} is https`, world.metadata[name]);
    }),
    check(
      'PKCE: the methods are a list with S256 and without plain',
      async (world, notes) => {
        const methods = world.metadata['code_challenge_methods_supported'];
        notes.must(Array.isArray(methods) && methods.includes('S256'), 'code_challenge_methods_supported has S256', methods);
        notes.should(!listOf(world, 'code_challenge_methods_supported').includes('plain'), 'plain is not offered (RFC 9700 §2.1.1)');
      },
      'RFC 8414 §2, RFC 9700 §2.1.1',
    ),
    check(
      'the same document by RFC 8414',
      async (world, notes) => {
        const { origin, pathname } = new URL(world.issuer);
        const answer = await world.send(`${origin}/.well-known/oauth-authorization-server${pathname === '/' ? '' : pathname}`);
        notes.must(answer.status === 200 && readJson(answer)?.issuer === world.issuer, 'its issuer is the same', answer.status);
      },
      'RFC 8414 §3.1',
    ),
    check(
      'keys: public ones only, each with its own kid, as their type demands',
      async (world, notes) => {
        const answer = await world.send(world.metadata.jwks_uri);
        notes.must(answer.status === 200, 'jwks_uri answers', answer.status);
        const keys = readJson(answer)?.keys;
        if (!notes.must(Array.isArray(keys) && keys.length > 0, 'a list of keys', keys)) return;
        const list = keys as Record<string, string>[];
        notes.must(new Set(list.map(({ kid }) => kid)).size === list.length && list.every(({ kid }) => kid), 'a kid of its own each');
        for (const key of list) {
          notes.must(!['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].some((name) => name in key), 'no private part', key.kid);
          try {
            createPublicKey({ key: key as never, format: 'jwk' });
          } catch (error) {
            notes.must(false, `a key of its type (RFC 7518 §6): ${error}`, key.kid);
          }
          if (key.use === 'sig' && key.kty === 'RSA')
            notes.must(Buffer.from(key.n!, 'base64url').length >= 256, 'RSA of 2048 bits or more', key.kid);
        }
        notes.must(
          list.some(({ kty }) => kty === 'RSA'),
          'a key for RS256',
        );
      },
      'RFC 7517 §4, RFC 7518 §6',
    ),
    check(
      'keys: certificates beside them have the same key',
      async (world, notes) => {
        const keys = (readJson(await world.send(world.metadata.jwks_uri))?.keys ?? []) as {
          kid: string;
          x5c?: string[];
          n?: string;
          x?: string;
        }[];
        const certified = keys.filter(({ x5c }) => x5c);
        skipUnless(certified.length > 0, 'no key has x5c');
        for (const { kid, x5c, n, x } of certified) {
          const jwk = new X509Certificate(Buffer.from(x5c![0]!, 'base64')).publicKey.export({ format: 'jwk' });
          notes.must(jwk.n === n && jwk.x === x, 'x5c is of the key', kid);
        }
      },
      'RFC 7517 §4.7',
    ),
  ],
};
