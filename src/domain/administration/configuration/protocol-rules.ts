import { someOfKeys, where, whereKeysAre } from '../../../platform/errors/index.ts';

const some = (name: string) => ({ required: [name], properties: { [name]: { minItems: 1 } } });
const without = (...names: string[]) => ({ properties: Object.fromEntries(names.map((name) => [name, { not: {} }])) });

/** What use cases ask of the keys of a client together, for editors. */
export const clientRules = [
  // RFC 7591 §2: by its keys, or by where they are
  where({ required: ['jwks'] }, without('jwks_uri')),
  whereKeysAre({ token_endpoint_auth_method: ['private_key_jwt'] }, someOfKeys(['jwks'], ['jwks_uri'])),
  // the default of the grants asks for one
  where(without('grant_types'), some('redirect_uris')),
  where({ required: ['grant_types'], properties: { grant_types: { contains: { const: 'authorization_code' } } } }, some('redirect_uris')),
];

/** The same of a partner; whose metadata is given has some of it from there. */
export const partnerRules = [
  someOfKeys(['metadata'], ['entityId', 'assertionConsumerServices']),
  where(without('metadata'), {
    allOf: [
      whereKeysAre({ encryptAssertion: [true] }, { required: ['encryptionCertificate'] }),
      whereKeysAre({ requireSignedRequests: [true] }, some('signingCertificates')),
      whereKeysAre({ signAssertion: [false] }, { required: ['signResponse'], properties: { signResponse: { not: { const: false } } } }),
    ],
  }),
  where({ required: ['nameIdField'] }, without('nameIdTemplate')),
];
