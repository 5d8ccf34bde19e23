import type { SealedColumn } from '../../../platform/crypto/index.ts';
import { sealedSubjectKeys } from '../../applications/assertions/index.ts';
import { sealedMailLinks } from '../../company/mails/index.ts';
import { sealedCertificateKeys, sealedMetadataKeys } from '../../company/saml-certificates/index.ts';
import { sealedSigningKeys } from '../../company/signing-keys/index.ts';
import { sealedArtifacts } from '../../records/protocol-artifacts/index.ts';
import { sealedTemporaryPasswords } from '../../sign-in/credentials/password/index.ts';
import { sealedTotpSecrets } from '../../sign-in/credentials/totp/index.ts';
import { sealedNotices } from '../../sign-in/sessions/index.ts';
import { sealedRegistrations } from '../invitations/index.ts';
import { sealedRecoveries } from '../password-recovery/index.ts';
import { formerKeyPurpose } from './fingerprint-keys.ts';

const sealedFingerprintKeys: SealedColumn = {
  table: 'former_fingerprint_keys',
  column: 'key_encrypted',
  by: ['purpose'],
  purposeOf: ({ purpose }) => formerKeyPurpose(purpose!),
};

/** Everything in the store that a master key sealed; test/checks/sealed-columns.test.ts finds what is missing. */
export const sealedColumns: SealedColumn[] = [
  sealedSigningKeys,
  sealedCertificateKeys,
  sealedMetadataKeys,
  sealedSubjectKeys,
  sealedTotpSecrets,
  sealedTemporaryPasswords,
  sealedFingerprintKeys,
  sealedArtifacts,
  ...sealedMailLinks,
  sealedRecoveries,
  sealedRegistrations,
  sealedNotices,
];
