import { SAML } from '@node-saml/node-saml';
import { expect } from 'chai';
import { publishCertificate, startSigningWith } from '../../../src/domain/company/saml-certificates/index.ts';
import { inTransaction } from '../../../src/domain/scope.ts';
import { send } from '../../support/jar.ts';
import { until } from '../../support/patience.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const partners = 200;

describe('web: a certificate rollover under load', function () {
  this.timeout(60_000);
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    const applications = Array.from({ length: partners }, (_, i) => ({
      code: `sp${i}`,
      name: `SP ${i}`,
      navigable: true,
      saml: {
        entityId: `https://sp${i}.example`,
        assertionConsumerServices: [{ url: `https://sp${i}.example/acs` }],
        signResponse: i % 2 === 0,
        signAssertion: i % 2 === 1,
      },
    }));
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications }] });
  });
  after(() => server.close());

  it(`${partners} partners that read the metadata between the stages never refuse a sign-in`, async () => {
    const scope = await server.scope();
    const rows: { application_id: string; code: string }[] = await scope
      .db('applications')
      .whereLike('code', 'sp%')
      .select('application_id', 'code');
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const trusted = async () =>
      [...(await send(`${server.issuer}/saml/metadata`)).text.matchAll(/<ds:X509Certificate>([^<]+)/g)].map(([, der]) => der!);
    const provider = (code: string, certificates: string[], isEven: boolean) =>
      new SAML({
        issuer: `https://${code}.example`,
        audience: `https://${code}.example`,
        callbackUrl: `https://${code}.example/acs`,
        entryPoint: `${server.issuer}/saml/sso`,
        idpCert: certificates,
        wantAuthnResponseSigned: isEven,
        wantAssertionsSigned: !isEven,
      });
    const signedBy = new Set<string>();
    let next = 0;
    let signIns = 0;
    let isOver = false;
    let certificates = await trusted();

    async function lane(): Promise<void> {
      while (!isOver || next % partners !== 0) {
        const { application_id: id, code } = rows[next++ % partners]!;
        const page = await jar.get(`${server.issuer}/saml/launch/${id}`);
        const xml = Buffer.from(jar.form(page).fields.SAMLResponse!, 'base64').toString();
        const isEven = Number(code.slice(2)) % 2 === 0;
        const { profile } = await provider(code, certificates, isEven).validatePostResponseAsync({
          SAMLResponse: Buffer.from(xml).toString('base64'),
        });
        expect(profile!.nameID).to.equal('ana@acme.example');
        signedBy.add(/<ds:X509Certificate>([^<]+)/.exec(xml)![1]!);
        signIns++;
      }
    }
    const load = Promise.all(Array.from({ length: 8 }, lane));
    const untilMore = (n: number) => {
      const target = signIns + n;
      return until(() => signIns >= target, `${n} more sign-ins`, 60_000);
    };
    await untilMore(partners);
    const published = await inTransaction(scope, (inside) => publishCertificate(inside, 'RS256', 'Acme'));
    await untilMore(100);
    certificates = await trusted(); // what a partner finds when it reads the metadata again
    await inTransaction(scope, (inside) => startSigningWith(inside, published.fingerprint));
    await untilMore(partners);
    isOver = true;
    await load;
    expect(signIns).to.be.greaterThan(partners * 2);
    expect(signedBy.size, 'both certificates signed').to.equal(2);
  });
});
