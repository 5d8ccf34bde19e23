// Owns: the certificates with which a context signs SAML messages: made, published ahead, signing, retired; and who last used which.
// Does not: sign (web/saml does) nor keep partners' own certificates (applications).
export { type CertificateUse, listCertificateUses, recordCertificateUse } from './certificate-uses.ts';
export { createSamlCertificates, publishCertificate, removeCertificate, startSigningWith } from './change-certificates.ts';
export {
  type CertificateAlg,
  type CertificateStatus,
  endsSoon,
  listCertificates,
  listPublishedCertificates,
  loadSigner,
  type SamlCertificate,
  warningDays,
} from './store.ts';
