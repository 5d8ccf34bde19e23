// Owns: the certificates with which a context signs SAML messages: made, published ahead, signing, retired; who last used which; and the one that signs
// its metadata and stays.
// Does not: sign (web/saml does) nor keep partners' own certificates (applications).
export { type CertificateUse, listCertificateUses, recordCertificateUse } from './certificate-uses.ts';
export { createSamlCertificates, publishCertificate, removeCertificate, startSigningWith } from './change-certificates.ts';
export {
  getMetadataCertificate,
  loadMetadataSigner,
  type MetadataCertificate,
  replaceMetadataCertificate,
  sealedMetadataKeys,
} from './metadata-certificate.ts';
export {
  type CertificateAlg,
  type CertificateStatus,
  endsSoon,
  listCertificates,
  listPublishedCertificates,
  loadSigner,
  type SamlCertificate,
  sealedCertificateKeys,
  warningDays,
} from './store.ts';
