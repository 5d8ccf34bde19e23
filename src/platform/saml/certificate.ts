import { type KeyObject, sign } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  Extension,
  Extensions,
  id_ce_basicConstraints,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

const commonNameOid = '2.5.4.3';
const algorithms = {
  RS256: { oid: '1.2.840.113549.1.1.11', parameters: new Uint8Array([5, 0]).buffer },
  ES256: { oid: '1.2.840.10045.4.3.2', parameters: undefined },
} as const;

export type CertificateInput = {
  commonName: string;
  notBefore: Date;
  notAfter: Date;
  /** 1 to 20 octets */
  serialNumber: Buffer;
};

/** A self-signed certificate (RFC 5280) for a key pair: partners compare it as a whole, so nobody else vouches for it. @returns PEM */
export function createCertificate(
  privateKey: KeyObject,
  publicKey: KeyObject,
  alg: keyof typeof algorithms,
  { commonName, notBefore, notAfter, serialNumber }: CertificateInput,
): string {
  const algorithm = new AlgorithmIdentifier({ algorithm: algorithms[alg].oid, parameters: algorithms[alg].parameters });
  // at most 64 characters (ub-common-name), none of them cut in half
  const cut = [...commonName].slice(0, 64).join('');
  const name = new Name([
    new RelativeDistinguishedName([new AttributeTypeAndValue({ type: commonNameOid, value: new AttributeValue({ utf8String: cut }) })]),
  ]);
  const tbs = new TBSCertificate({
    version: Version.v3,
    serialNumber: new Uint8Array([0x01, ...serialNumber]).buffer,
    signature: algorithm,
    issuer: name,
    validity: new Validity({ notBefore, notAfter }),
    subject: name,
    subjectPublicKeyInfo: AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo),
    extensions: new Extensions([
      new Extension({
        extnID: id_ce_basicConstraints,
        critical: true,
        extnValue: new OctetString(AsnConvert.serialize(new BasicConstraints({ cA: false }))),
      }),
    ]),
  });
  const signatureValue = new Uint8Array(sign('sha256', Buffer.from(AsnConvert.serialize(tbs)), privateKey)).buffer;
  const der = AsnConvert.serialize(new Certificate({ tbsCertificate: tbs, signatureAlgorithm: algorithm, signatureValue }));
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
