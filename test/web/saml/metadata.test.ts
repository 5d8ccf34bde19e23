import { expect } from 'chai';
import {
  getMetadataCertificate,
  listCertificates,
  publishCertificate,
  removeCertificate,
  replaceMetadataCertificate,
  startSigningWith,
} from '../../../src/domain/company/saml-certificates/index.ts';
import { rotateSigningKeys } from '../../../src/domain/company/signing-keys/index.ts';
import { derOf } from '../../../src/platform/saml/index.ts';
import { eventsOf } from '../../support/audit.ts';
import { Jar, send } from '../../support/jar.ts';
import { isHere } from '../../support/missing.ts';
import { eventually } from '../../support/patience.ts';
import { schemaFaults, xmlsecVerifies } from '../../support/saml.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

describe('web: our SAML metadata', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());
  const at = (query = '') => `${server.issuer}/saml/metadata${query}`;
  const signedBy = (xml: string) => /<ds:X509Certificate>([^<]+)/.exec(xml)![1];
  const own = async () => getMetadataCertificate(await server.scope(), 'Acme');

  it('is signed by a certificate of its own, made once, however many ask first', async () => {
    const scope = await server.scope();
    const answers = await Promise.all(Array.from({ length: 4 }, () => send(at())));
    const made = await Promise.all(Array.from({ length: 3 }, () => own()));
    expect(new Set(answers.map(({ text }) => text)).size).to.equal(1);
    expect(new Set(made.map(({ fingerprint }) => fingerprint)).size).to.equal(1);
    expect(signedBy(answers[0]!.text)).to.equal(derOf(made[0]!.certificate));
    expect((await listCertificates(scope)).map(({ fingerprint }) => fingerprint)).to.not.include(made[0]!.fingerprint);
    expect(answers[0]!.text.split(derOf(made[0]!.certificate)), 'signs no messages, so no role names it').to.have.length(2);
    const created = (await eventsOf(scope, { type: 'saml-certificate.created' })).filter(({ subjectName }) =>
      subjectName?.startsWith('metadata'),
    );
    expect(created).to.have.length(1);
    const row = await scope.db('metadata_certificates').where('context_id', scope.contextId).first();
    expect(row!.private_key_encrypted).to.not.contain('PRIVATE KEY');
    if (!isHere('xmlsec')) return;
    expect(xmlsecVerifies(answers[0]!.text, made[0]!.certificate, 'EntityDescriptor')).to.equal(true);
    expect(schemaFaults(answers[0]!.text, 'metadata')).to.equal('');
  });

  it('does not expire, whoever asks and however', async () => {
    for (const query of ['', '?', '?download', '?Validity=P1D'])
      expect((await send(at(query))).text, query).to.not.match(/validUntil|cacheDuration/);
  });

  it('?validity= gives it a term, which says how soon to read it again', async () => {
    for (const [validity, seconds, cache] of [
      ['PT1H', 3600, 900],
      ['P7D', 604_800, 21_600],
      ['P2W', 1_209_600, 21_600],
      ['P365D', 31_536_000, 21_600],
    ] as const) {
      const { status, text } = await send(at(`?validity=${validity}`));
      expect(status, validity).to.equal(200);
      const until = Date.parse(/validUntil="([^"]+)"/.exec(text)![1]!);
      expect((until - Date.now()) / 1000, validity).to.be.within(seconds - 310, seconds);
      expect(text).to.contain(`cacheDuration="PT${cache}S"`);
      if (isHere('xmlsec')) expect(xmlsecVerifies(text, (await own()).certificate, 'EntityDescriptor')).to.equal(true);
    }
  });

  it('another validity is refused with what it has to be, in the reader’s language', async () => {
    const sentences = { en: 'such as PT12H or P7D', es: 'por ejemplo PT12H o P7D', 'pt-BR': 'por exemplo PT12H ou P7D' };
    for (const validity of ['', 'x', 'PT59M', 'P366D', 'P1Y', '7d', 'PT3600', 'P7D&validity=P7D'])
      for (const [language, sentence] of Object.entries(sentences)) {
        const answer = await new Jar().get(at(`?validity=${validity}`), { headers: { 'accept-language': language } });
        expect(answer.status, validity).to.equal(400);
        expect(answer.text, validity).to.contain(sentence);
      }
  });

  it('ETag: who has it is told so; a change of what it says is another', async () => {
    const scope = await server.scope();
    for (const query of ['', '?validity=P7D']) {
      const { headers } = await send(at(query));
      expect(headers).to.include({ 'cache-control': 'public, max-age=300' }).and.not.have.any.keys('vary', 'set-cookie');
      const again = await send(at(query), { headers: { 'if-none-match': String(headers.etag) } });
      expect([again.status, again.text, again.headers.etag]).to.deep.equal([304, '', headers.etag]);
      expect((await send(at(query), { headers: { 'if-none-match': '"other"' } })).status).to.equal(200);
      expect((await send(at(query === '' ? '?validity=P7D' : ''), { headers: { 'if-none-match': String(headers.etag) } })).status).to.equal(
        200,
      );
    }
    const { etag } = (await send(at())).headers;
    await publishCertificate(scope, 'ES256', 'Acme');
    expect((await send(at(), { headers: { 'if-none-match': String(etag) } })).status).to.equal(200);
  });

  it('no rollover moves what it is signed by; a replacement does', async () => {
    const scope = await server.scope();
    const { certificate, fingerprint } = await own();
    const signer = async () => signedBy((await send(at())).text);
    const old = (await listCertificates(scope)).find(({ alg, status }) => alg === 'RS256' && status === 'signing')!;
    const next = await publishCertificate(scope, 'RS256', 'Acme');
    expect(await signer()).to.equal(derOf(certificate));
    await startSigningWith(scope, next.fingerprint);
    expect(await signer()).to.equal(derOf(certificate));
    await removeCertificate(scope, old.fingerprint);
    await rotateSigningKeys(scope);
    expect(await signer()).to.equal(derOf(certificate));
    const replaced = await replaceMetadataCertificate(scope, 'Acme');
    expect(replaced.fingerprint).to.not.equal(fingerprint);
    // the server hears of it by a notice
    await eventually(async () => expect(await signer()).to.equal(derOf(replaced.certificate)));
  });
});
