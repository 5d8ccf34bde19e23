import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { deleteApplication, findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import {
  type CertificateAlg,
  createSamlCertificates,
  endsSoon,
  listCertificates,
  listCertificateUses,
  listPublishedCertificates,
  loadSigner,
  publishCertificate,
  recordCertificateUse,
  removeCertificate,
  startSigningWith,
} from '../../../../src/domain/company/saml-certificates/index.ts';
import type { ApplicationId, Scope } from '../../../../src/domain/scope.ts';
import { ChangeListener } from '../../../../src/platform/database/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { eventually } from '../../../support/process.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

const dayMs = 24 * 3600 * 1000;

describe('domain/company/saml-certificates', () => {
  const store = useStore();
  const first = async (alg: CertificateAlg, scope = store.scope) => (await loadSigner(scope, alg)).certificate;
  const publish = (alg: CertificateAlg, name = 'Acme S.A.') => publishCertificate(store.scope, alg, name);
  const stages = async (scope = store.scope) => (await listCertificates(scope)).map(({ alg, status }) => `${alg} ${status}`);
  const forget = ({ db, contextId }: Scope) => db('saml_certificates').where('context_id', contextId).delete();
  /** Each test begins as a company does. */
  beforeEach(async () => {
    await forget(store.scope);
    await createSamlCertificates(store.scope, 'Acme S.A.');
  });

  it('a company begins with a certificate of each kind that signs, for five years, each with a key of its own', async () => {
    await forget(store.scope);
    const types = await store.eventsOf(() => createSamlCertificates(store.scope, 'सीता 李 Zoë'));
    expect(types).to.deep.equal(['saml-certificate.created', 'saml-certificate.created']);
    expect(await stages()).to.deep.equal(['RS256 signing', 'ES256 signing']);
    for (const alg of ['RS256', 'ES256'] as const) {
      const { certificate, key } = await loadSigner(store.scope, alg);
      const x509 = new X509Certificate(certificate.certificate);
      expect(x509).to.include({ subject: 'CN=सीता 李 Zoë', issuer: 'CN=सीता 李 Zoë', fingerprint256: certificate.fingerprint });
      expect(x509.verify(x509.publicKey) && x509.checkPrivateKey(key), 'partners can verify what the key signs').to.equal(true);
      expect(x509.publicKey.asymmetricKeyType).to.equal(alg === 'RS256' ? 'rsa' : 'ec');
      expect(certificate.signingSince).to.deep.equal(certificate.createdAt);
      const { createdAt, notAfter } = certificate;
      expect(notAfter.getTime() - createdAt.getTime()).to.equal(5 * 365 * dayMs);
      for (const [written, meant] of [
        [x509.validFromDate, createdAt],
        [x509.validToDate, notAfter],
      ] as const)
        expect(Math.abs(written.getTime() - meant.getTime()), 'to the second').to.be.lessThan(1000);
    }
    const [rsa, ec] = [await first('RS256'), await first('ES256')].map(({ certificate }) => new X509Certificate(certificate).serialNumber);
    expect(rsa).not.to.equal(ec);
  });

  it('a name that is too long for a certificate is cut between two characters', async () => {
    for (const [name, kept] of [
      ['x'.repeat(64), 'x'.repeat(64)],
      ['李'.repeat(100), '李'.repeat(64)],
      [`${'x'.repeat(63)}😀`, `${'x'.repeat(63)}😀`],
      ['😀'.repeat(70), '😀'.repeat(64)],
    ] as const) {
      const { certificate, fingerprint } = await publish('ES256', name);
      expect(new X509Certificate(certificate).subject).to.equal(`CN=${kept}`);
      await startSigningWith(store.scope, fingerprint);
    }
  });

  it('the private key lies in the store sealed for its own certificate and company', async () => {
    const rows = await store.scope.db('saml_certificates').select('*');
    expect(JSON.stringify(rows)).not.to.contain('PRIVATE');
    const [mine, theirs] = [await first('ES256'), await first('ES256', store.other)];
    const sealed = (fingerprint: string) => store.scope.db('saml_certificates').where({ fingerprint });
    await sealed(mine.fingerprint).update((await sealed(theirs.fingerprint).first('private_key_encrypted'))!);
    const failure = await loadSigner(store.scope, 'ES256').then(
      () => expect.fail('a key was moved'),
      (error: Error) => error,
    );
    expect(failure.message).to.contain('unable to authenticate');
  });

  it('first stage: a new certificate is shown to partners ahead, and signs nothing yet', async () => {
    const before = [await first('RS256'), await first('ES256')];
    const theirs = await stages(store.other);
    const types = await store.eventsOf(async () => {
      const added = await publish('ES256');
      expect(added).to.include({ alg: 'ES256', status: 'published', signingSince: undefined });
      const shown = await listPublishedCertificates(store.scope);
      expect(shown.map(({ fingerprint }) => fingerprint)).to.deep.equal([...before, added].map(({ fingerprint }) => fingerprint));
    });
    expect(types).to.deep.equal(['saml-certificate.created']);
    expect([await first('RS256'), await first('ES256')]).to.deep.equal(before);
    expect(await stages(store.other)).to.deep.equal(theirs);
  });

  it('one waits at a time, of each kind, when two ask at once too', async () => {
    const second = await meanwhile(
      store,
      (inside) => publishCertificate(inside, 'ES256', 'Acme S.A.'),
      () => publish('ES256'),
    );
    expect(second).to.equal('certificate_waiting');
    await store.refused('certificate_waiting', () => publish('ES256'));
    await publish('RS256');
    expect(await stages()).to.deep.equal(['RS256 signing', 'RS256 published', 'ES256 signing', 'ES256 published']);
    await publishCertificate(store.other, 'ES256', 'Other');
  });

  it('second stage: the new one signs, the one before retires and partners are no longer shown it', async () => {
    const [rsa, old, next] = [await first('RS256'), await first('ES256'), await publish('ES256')];
    await publish('RS256');
    store.wait(60);
    const types = await store.eventsOf(() => startSigningWith(store.scope, next.fingerprint));
    expect(types).to.deep.equal(['saml-certificate.signing']);
    const { certificate, key } = await loadSigner(store.scope, 'ES256');
    expect(certificate).to.include({ fingerprint: next.fingerprint, status: 'signing' });
    expect(certificate.signingSince!.getTime() - next.createdAt.getTime()).to.be.at.least(3_600_000);
    expect(new X509Certificate(certificate.certificate).checkPrivateKey(key)).to.equal(true);
    const retired = (await listCertificates(store.scope)).at(-1)!;
    expect(retired).to.include({ fingerprint: old.fingerprint, status: 'retired' });
    expect(retired.retiredAt!.getTime() - next.createdAt.getTime()).to.be.at.least(3_600_000);
    expect(retired.signingSince).to.deep.equal(old.signingSince);
    expect((await listPublishedCertificates(store.scope)).map(({ alg, status }) => `${alg} ${status}`)).to.deep.equal([
      'RS256 signing',
      'ES256 signing',
      'RS256 published',
    ]);
    expect(await first('RS256'), 'the other kind goes on').to.deep.equal(rsa);
    const event = (await eventsOf(store.scope, { type: 'saml-certificate.signing' })).at(-1)!;
    expect(event.details).to.deep.equal({ fingerprint: next.fingerprint, notAfter: next.notAfter.toISOString() });
  });

  it('last stage: what is retired goes, once, and nothing that is still of use', async () => {
    const [old, next] = [await first('ES256'), await publish('ES256')];
    const foreign = await first('ES256', store.other);
    for (const fingerprint of [old.fingerprint, next.fingerprint, foreign.fingerprint, unknownId, ''])
      await store.refused('not_found', () => removeCertificate(store.scope, fingerprint));
    for (const fingerprint of [old.fingerprint, foreign.fingerprint, unknownId, ''])
      await store.refused('not_found', () => startSigningWith(store.scope, fingerprint));
    const second = await meanwhile(
      store,
      (inside) => startSigningWith(inside, next.fingerprint),
      () => startSigningWith(store.scope, next.fingerprint),
    );
    expect(second, 'of two at once').to.equal('not_found');
    await store.refused('not_found', () => startSigningWith(store.scope, old.fingerprint));
    const third = await publish('ES256');
    await startSigningWith(store.scope, third.fingerprint);
    const ec = async () => (await listCertificates(store.scope)).filter(({ alg }) => alg === 'ES256').map((one) => one.fingerprint);
    expect(await ec(), 'the latest first').to.deep.equal([third.fingerprint, next.fingerprint, old.fingerprint]);
    expect(await store.eventsOf(() => removeCertificate(store.scope, old.fingerprint))).to.deep.equal(['saml-certificate.removed']);
    expect(await ec()).to.deep.equal([third.fingerprint, next.fingerprint]);
    await store.refused('not_found', () => removeCertificate(store.scope, old.fingerprint));
  });

  it('every process hears of a certificate that is published or begins to sign', async () => {
    const listener = new ChangeListener(store.database.url);
    const heard: string[] = [];
    await listener.start();
    listener.onChange((subject) => heard.push(subject));
    try {
      const { fingerprint } = await publish('ES256');
      await eventually(async () => expect(heard).to.deep.equal([store.scope.contextId]));
      await startSigningWith(store.scope, fingerprint);
      await eventually(async () => expect(heard).to.have.length(2));
    } finally {
      await listener.close();
    }
  });

  it('administrators are warned when fewer than sixty days are left', () => {
    const end = new Date('2031-03-01T00:00:00Z');
    for (const [left, isWarned] of [
      [60 * dayMs + 1, false],
      [60 * dayMs, false],
      [60 * dayMs - 1, true],
      [0, true],
      [-1, true],
    ] as const)
      expect(endsSoon(end, new Date(end.getTime() - left)), `${left} ms`).to.equal(isWarned);
  });

  it('who used which certificate last is known to the hour, until the application goes', async () => {
    const idOf = async (scope: Scope, code: string) => (await findApplicationByCode(scope, code))!.applicationId;
    const [payroll, mobile, foreign] = [
      await idOf(store.scope, 'payroll'),
      await idOf(store.scope, 'mobile'),
      await idOf(store.other, 'payroll'),
    ];
    const uses = async () => (await listCertificateUses(store.scope)).map((use) => [use.applicationId, use.owner, use.fingerprint]);
    const note = (applicationId: ApplicationId, owner: 'ours' | 'theirs', fingerprint: string, scope = store.scope) =>
      recordCertificateUse(scope, { applicationId, owner, fingerprint });
    await note(payroll, 'ours', 'A');
    await note(mobile, 'ours', 'A');
    await note(payroll, 'theirs', 'A');
    await note(foreign, 'ours', 'A', store.other);
    expect(await uses(), 'the latest first').to.deep.equal([
      [payroll, 'theirs', 'A'],
      [mobile, 'ours', 'A'],
      [payroll, 'ours', 'A'],
    ]);
    store.wait(59);
    await store.unchanged(() => note(payroll, 'ours', 'A'));
    await note(payroll, 'ours', 'B');
    expect((await uses())[0], 'another certificate is noted at once').to.deep.equal([payroll, 'ours', 'B']);
    await deleteApplication(store.scope, payroll);
    expect(await uses()).to.deep.equal([[mobile, 'ours', 'A']]);
    expect(await listCertificateUses(store.other)).to.have.length(1);
  });

  it('the certificate and its event stand or fall together', async () => {
    await store.inOneTransaction((scope) => publishCertificate(scope, 'ES256', 'Acme'));
    const { fingerprint } = await publish('ES256');
    const { fingerprint: old } = await first('ES256');
    await store.inOneTransaction((scope) => startSigningWith(scope, fingerprint));
    await startSigningWith(store.scope, fingerprint);
    await store.inOneTransaction((scope) => removeCertificate(scope, old));
    await forget(store.scope);
    await store.inOneTransaction((scope) => createSamlCertificates(scope, 'Acme'));
  });
});
