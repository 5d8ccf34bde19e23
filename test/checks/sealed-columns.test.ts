import { expect } from 'chai';
import { sealedColumns } from '../../src/domain/administration/master-keys/index.ts';
import { modules, read } from './sources.ts';

/** Files whose sealed values lie in the store, each with the column in which `keys re-encrypt` finds them. */
const inStore: Record<string, string[]> = {
  'src/domain/administration/invitations/register.ts': ['graphile_worker._private_jobs.registration'],
  'src/domain/administration/master-keys/fingerprint-keys.ts': ['former_fingerprint_keys.key_encrypted'],
  'src/domain/administration/password-recovery/password-recovery.ts': ['graphile_worker._private_jobs.login'],
  'src/domain/applications/assertions/pairwise-subjects.ts': ['subject_keys.key_encrypted'],
  'src/domain/applications/response-artifacts/response-artifacts.ts': ['oidc_artifacts.sealed'],
  'src/domain/company/mails/enqueue-mail.ts': ['graphile_worker._private_jobs.sealedLeadsTo', 'graphile_worker._private_jobs.sealedPath'],
  'src/domain/company/saml-certificates/metadata-certificate.ts': ['metadata_certificates.private_key_encrypted'],
  'src/domain/company/saml-certificates/store.ts': ['saml_certificates.private_key_encrypted'],
  'src/domain/company/signing-keys/store.ts': ['signing_keys.private_jwk_encrypted'],
  'src/domain/sign-in/credentials/password/set-password.ts': ['passwords.temporary_encrypted'],
  // the other is in the form while an app is set up
  'src/domain/sign-in/credentials/totp/enrolled-totp.ts': ['second_factors.secret_encrypted'],
  'src/domain/sign-in/sessions/jobs.ts': ['graphile_worker._private_jobs.sealedName'],
  'src/web/oidc/adapter/sealed-adapter.ts': ['oidc_artifacts.sealed'],
};

/** And those that nobody has to seal again. */
const passing: Record<string, string> = {
  'src/domain/sign-in/credentials/passkey/passkeys.ts': 'a challenge, in the form for minutes',
  'src/domain/sign-in/authentication/sealed-requests.ts': 'a request that waits for a sign-in, in the address for an hour',
  'src/web/admin-console/undo.ts': 'what was removed, in the address and the form for a minute',
  'src/web/oidc/refresh-answers.ts': 'an answer to a refresh token, which lives for seconds; listKeyUses counts them',
  'src/domain/administration/master-keys/note-keys.ts': 'the proof of a master key, which goes with it',
  'src/domain/administration/master-keys/re-encrypt.ts': 'seals the others again',
};

const nameOf = ({ table, column, field }: (typeof sealedColumns)[number]) => `${table}.${field ?? column}`;

describe('sealed columns', () => {
  it('whatever is sealed in the store is known to "keys re-encrypt"', () => {
    const sealing = modules
      .map(({ file }) => file)
      .filter((file) => !/^src\/(platform|smartsync)\//.test(file) && /\.encrypt\(/.test(read(file)));
    expect(sealing.length).to.be.greaterThan(12);
    expect(sealing.sort()).to.deep.equal([...Object.keys(inStore), ...Object.keys(passing)].sort());
    expect([...new Set(Object.values(inStore).flat())].sort()).to.deep.equal(sealedColumns.map(nameOf).sort());
  });

  it('and so is every column whose name says that it is', () => {
    const schema = read('test/migrations/schema.sql');
    const named = [...schema.matchAll(/^CREATE TABLE (\w+) \(\n([\s\S]*?)\n\)/gm)].flatMap(([, table, body]) =>
      [...body!.matchAll(/^ {2}(\w+_encrypted) /gm)].map(([, column]) => `${table}.${column}`),
    );
    expect(named.length).to.be.greaterThan(6);
    expect(named.filter((name) => !sealedColumns.map(nameOf).includes(name))).to.deep.equal([]);
  });
});
