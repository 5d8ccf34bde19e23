import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { newRequestId } from '../../src/platform/log/index.ts';
import { Jar, send } from '../support/jar.ts';
import { keepLog } from '../support/kept-log.ts';
import { linkIn, type MailSink, startMailSink } from '../support/mail-sink.ts';
import { basic } from '../support/oidc.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { eventually } from '../support/process.ts';
import { clientSecret, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';
const traceparent = (flags = '01', trace = traceId) => `00-${trace}-${parentId}-${flags}`;

describe('traces', () => {
  const kept = keepLog();
  let receiver: OtlpReceiver;
  let mails: MailSink;
  let server: TestServer;
  let ana: Jar;

  before(async () => {
    receiver = await startOtlpReceiver();
    mails = await startMailSink();
    const config = {
      tracesEndpoint: receiver.url,
      tracesHeaders: { 'x-tenant': 'acme' },
      tracesServiceName: 'login',
      smtpUrl: mails.url,
      trustedProxies: ['127.0.0.1'],
    };
    server = await startTestServer({ log: kept.log, jobs: true, config });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(async () => {
    mails.close();
    await receiver.close();
  });

  it('follow a request through statements, job and mail to the collector, and on to whom we call, without a value of any of them', async () => {
    const adding = ana.form(await ana.get(`${server.issuer}/admin/users/new`), /users\/new/);
    const requestId = newRequestId();
    const form = { ...adding.fields, firstName: 'Beatriz', lastName: 'Nogueira', email: 'bia@acme.example', username: '' };
    const invitation = await mails.after(async () => {
      const headers = { traceparent: traceparent(), 'x-request-id': requestId };
      const { headers: answered } = await ana.get(adding.action, { form, headers });
      expect(answered.traceparent, 'in the same trace').to.match(new RegExp(`^00-${traceId}-(?!${parentId})[0-9a-f]{16}-01$`));
    }, 'bia@acme.example');
    const token = linkIn(invitation).split('/').at(-1)!;
    await new Jar().get(linkIn(invitation));
    await send(`${server.issuer}/oidc/token`, {
      form: { grant_type: 'authorization_code', code: 'a-code-of-nobody', redirect_uri: server.redirectUri },
      headers: basic('payroll', clientSecret),
    });
    await send(`${server.issuer}/sign-in`, { headers: { traceparent: traceparent('00', 'f'.repeat(32)) } });

    const called: (string | undefined)[] = [];
    const partner = createServer(({ headers }, response) => {
      called.push(String(headers.traceparent));
      response.end('ok');
    });
    await new Promise<void>((resolve) => partner.listen(0, '127.0.0.1', resolve));
    const { port } = partner.address() as AddressInfo;
    const logoutUri = `http://127.0.0.1:${port}/logout?secret=in-the-address`;
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            {
              code: 'told',
              name: 'Told',
              navigable: true,
              oidc: {
                client_id: 'told',
                client_secret: clientSecret,
                redirect_uris: [server.redirectUri],
                backchannel_logout_uri: logoutUri,
              },
            },
          ],
        },
      ],
    });
    const asking = new URLSearchParams({
      client_id: 'told',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: server.redirectUri,
      state: 's',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    });
    const atTold = await ana.follow(`${server.issuer}/oidc/authorize?${asking}`, {}, (url) => url.startsWith(server.redirectUri));
    expect(atTold.location).to.contain('code=');
    const leaving = ana.form(await ana.get(`${server.issuer}/sign-out`));
    await ana.get(leaving.action, { form: leaving.fields, headers: { traceparent: traceparent('01', 'e'.repeat(32)) } });
    await eventually(async () => expect(called).to.have.length(1));
    partner.close();
    await server.close(); // the last spans leave before it ends

    expect(receiver.resource).to.include({ 'service.name': 'login' });
    expect(receiver.headers[0]).to.include({ 'x-tenant': 'acme', 'content-type': 'application/x-protobuf' });
    const ofTrace = receiver.spans.filter((span) => span.traceId === traceId);
    const [request] = ofTrace.filter(({ kind }) => kind === 2);
    expect(request).to.include({ name: 'POST /admin/users/new', parentSpanId: parentId });
    expect(request!.attributes).to.include({
      'http.route': '/admin/users/new',
      'portaria.company': 'acme',
      'portaria.request_id': requestId,
    });
    const statements = ofTrace.filter(({ parentSpanId, kind }) => parentSpanId === request!.spanId && kind === 3);
    expect(statements.length).to.be.greaterThan(4);
    expect(statements.map(({ name }) => name)).to.include.members(['insert into audit_events']);
    const job = ofTrace.find(({ name }) => name === 'job deliver-mail');
    expect(job).to.include({ kind: 5, isError: false });
    const mail = ofTrace.find(({ name }) => name === 'send mail');
    expect(mail).to.include({ parentSpanId: job!.spanId, kind: 3 });
    expect(mail!.attributes).to.include({ 'server.address': '127.0.0.1' });

    const ofSignOut = receiver.spans.filter((span) => span.traceId === 'e'.repeat(32));
    const call = ofSignOut.find(({ name }) => name === 'POST');
    expect(call!.attributes).to.include({ 'server.address': '127.0.0.1', 'server.port': port, 'http.response.status_code': 200 });
    expect(called[0]).to.equal(`00-${'e'.repeat(32)}-${call!.spanId}-01`);
    expect(ofSignOut.map(({ name }) => name)).to.include('job notify-relying-party');

    expect(
      receiver.spans.filter((span) => span.traceId === 'f'.repeat(32)),
      'a trace that its caller does not keep',
    ).to.be.empty;
    const refused = receiver.spans.find(({ name }) => name === 'POST /oidc/token');
    expect(refused!.attributes).to.include({
      'portaria.error': 'invalid_grant',
      'portaria.reason': 'code-unknown',
      'portaria.clientId': 'payroll',
    });
    expect(receiver.spans.map(({ name }) => name)).to.include('GET /activate/:token');
    for (const secret of ['bia@acme.example', 'Beatriz', token, 'a-code-of-nobody', clientSecret, 'in-the-address', passwords.ana])
      expect(receiver.raw().includes(secret), secret).to.equal(false);
    const [line] = kept.lines.filter((one) => one.msg === 'request' && one.requestId === requestId);
    expect(line).to.include({ traceId });
  });

  it('whether a trace is kept is a proxy’s word or ours, and no caller’s: neither its flag nor its choice of an id', async () => {
    // ids by whose numbers a sampler would keep all, or none
    const ids = [`${'0'.repeat(31)}1`, 'f'.repeat(32), traceId];
    for (const [ratio, flag] of [
      [0, '00'],
      [1, '01'],
    ] as const) {
      const config = { tracesEndpoint: receiver.url, tracesRatio: ratio };
      const open = await startTestServer({ log: kept.log, config });
      receiver.spans.length = 0;
      for (const id of ids)
        for (const asked of ['00', '01']) {
          const { headers } = await send(`${open.issuer}/sign-in`, { headers: { traceparent: traceparent(asked, id) } });
          expect(headers.traceparent, `${ratio} ${asked}`).to.match(new RegExp(`^00-${id}-[0-9a-f]{16}-${flag}$`));
        }
      await open.close();
      expect(receiver.spans.filter(({ kind }) => kind === 2)).to.have.length(ratio === 0 ? 0 : 2 * ids.length);
    }
  });

  it('a collector that is away costs nobody an answer, and is a line of the log', async () => {
    const alone = await startTestServer({ log: kept.log, config: { tracesEndpoint: 'http://127.0.0.1:9' } });
    const { status } = await send(`${alone.issuer}/sign-in`);
    expect(status).to.equal(302);
    const told = () => kept.lines.filter(({ msg }) => msg === 'traces could not be sent');
    await eventually(async () => expect(told()).to.have.length(1), 20_000);
    expect(told()[0]).to.include({ level: 'warn' });
    await alone.close();
  });
});
