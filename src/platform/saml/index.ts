// Owns: SAML 2.0 messages and metadata as octets: the gate that every incoming message passes, and the signer of what we send.
// Does not: know applications, people or sessions, nor decide who gets an assertion.
export { artifactUrl, handleOf, newArtifact, resolutionIndex } from './artifact.ts';
export { type Direction, type Incoming, readPost, readRedirect, redirectUrl } from './bindings.ts';
export { createCertificate } from './certificate.ts';
export { derOf, pemOf, type SpMetadata } from './describe-provider.ts';
export { type BlockCipher, blockCiphers } from './encrypt.ts';
export { type Consumer, type PartnerEntity, partnerEntity } from './entities.ts';
export { gateRules, type Rule, SamlFault } from './faults.ts';
export { nameFinder, showEscapes } from './look-alikes.ts';
export { type LeftOut, type LeftOutReason, leftOut, leftOutReasons, MetadataFault, metadataRules } from './metadata-faults.ts';
export {
  type AttributeNameFormat,
  attributeNameFormat,
  authnContext,
  type Binding,
  binding,
  type ConsumerBinding,
  consumerBinding,
  type Exceptions,
  everyNameIdFormat,
  type NameIdFormat,
  nameIdFormat,
  type SigningAlgorithm,
  type Status,
  signingAlgorithms,
  statusOf,
} from './names.ts';
export { type Claim, readClaim } from './read-claim.ts';
export {
  type AuthnRequest,
  type Gate,
  type LogoutRequest,
  type Message,
  type MessageName,
  readArtifactResolve,
  readAuthnRequest,
  readLogoutRequest,
  readLogoutResponse,
  readMessage,
  VersionFault,
} from './read-message.ts';
export { createMetadataReader, type MetadataReading, metadataLimits } from './read-metadata.ts';
export { redactMessage } from './redact.ts';
export { type Signer, signerFor } from './sign.ts';
export { idOfRequest, longestSoap, readSoap, SoapFault, soapHeaders, writeSoap, writeSoapFault } from './soap.ts';
export {
  type Answer,
  type AssertionContent,
  type Attribute,
  buildErrorResponse,
  buildResponse,
  type NameId,
  newXmlId,
  type Protection,
  previewAssertion,
  type ResponseTree,
  writeArtifactResponse,
  writeIdpMetadata,
  writeLogoutRequest,
  writeLogoutResponse,
  writeTree,
} from './write-messages.ts';
