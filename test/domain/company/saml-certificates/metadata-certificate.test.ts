import { createSign, createVerify, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import {
  getMetadataCertificate,
  listCertificates,
  loadMetadataSigner,
  replaceMetadataCertificate,
} from '../../../../src/domain/company/saml-certificates/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/company/saml-certificates: the certificate that signs metadata', () => {
  const store = useStore();
  const rows = () => store.scope.db('metadata_certificates').orderBy('created_at');

  it('is made by the first who needs it, by many at once too, and once', async () => {
    const got = await Promise.all(Array.from({ length: 3 }, () => getMetadataCertificate(store.scope, 'Acme')));
    expect(new Set(got.map(({ fingerprint }) => fingerprint)).size).to.equal(1);
    expect(await store.eventsOf(() => getMetadataCertificate(store.scope, 'Acme'))).to.deep.equal([]);
    const made = (await eventsOf(store.scope)).filter(({ type }) => type === 'saml-certificate.created');
    expect(made.filter(({ subjectName }) => subjectName?.startsWith('metadata')).map(({ actor }) => actor.kind)).to.deep.equal(['system']);
  });

  it('belongs to its key, lasts long, names the company, and is none of those that sign messages', async () => {
    const { certificate, key } = await loadMetadataSigner(store.scope, 'Acme');
    const x509 = new X509Certificate(certificate.certificate);
    const signature = createSign('sha256').update('x').sign(key);
    expect(createVerify('sha256').update('x').verify(x509.publicKey, signature)).to.equal(true);
    expect(x509.publicKey.asymmetricKeyDetails?.modulusLength).to.equal(3072);
    expect(x509.subject).to.equal('CN=Acme (metadata)');
    expect(certificate.notAfter.getTime() - Date.now()).to.be.greaterThan(19 * 365 * 24 * 3600 * 1000);
    expect((await listCertificates(store.scope)).map(({ fingerprint }) => fingerprint)).to.not.include(certificate.fingerprint);
  });

  it('each company has its own, sealed for it alone', async () => {
    const [own, other] = [await loadMetadataSigner(store.scope, 'Acme'), await loadMetadataSigner(store.other, 'Other')];
    expect(own.certificate.fingerprint).to.not.equal(other.certificate.fingerprint);
    const [mine, theirs] = await rows();
    for (const row of [mine!, theirs!]) expect(row.private_key_encrypted).to.not.contain('PRIVATE KEY');
    const sealed = { private_key_encrypted: theirs!.private_key_encrypted };
    await store.scope.db('metadata_certificates').where('context_id', mine!.context_id).update(sealed);
    await loadMetadataSigner({ ...store.scope, contextId: mine!.context_id }, 'Acme').then(
      () => expect.fail('opened'),
      () => undefined,
    );
    await store.scope
      .db('metadata_certificates')
      .where('context_id', mine!.context_id)
      .update({ private_key_encrypted: mine!.private_key_encrypted });
  });

  it('is replaced by a decision alone, in the name of who took it', async () => {
    const before = await getMetadataCertificate(store.scope, 'Acme');
    const events = await store.eventsOf(() => replaceMetadataCertificate(store.scope, 'Acme'));
    expect(events).to.deep.equal(['saml-certificate.removed', 'saml-certificate.created']);
    const after = await loadMetadataSigner(store.scope, 'Acme');
    expect(after.certificate.fingerprint).to.not.equal(before.fingerprint);
    expect(await rows()).to.have.length(2);
  });
});
