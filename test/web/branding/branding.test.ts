import { crc32, deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { Jar } from '../../support/jar.ts';
import { type MailSink, startMailSink } from '../../support/mail-sink.ts';
import { eventually } from '../../support/patience.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

/** A PNG of one colour, with a text hidden after its end. */
function png(width: number, height: number, hidden = ''): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6], 8);
  const pixels = deflateSync(Buffer.alloc((width * 4 + 1) * height));
  const parts = [Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('tEXt', Buffer.from(`Comment\0${hidden}`))];
  return Buffer.concat([...parts, chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0)), Buffer.from(hidden)]);
}

describe('web: what a company’s pages and mails wear', () => {
  let server: TestServer;
  let sink: MailSink;
  let ana: Jar;
  beforeEach(async () => {
    sink = await startMailSink();
    server = await startTestServer({ jobs: true, config: { smtpUrl: sink.url } });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  afterEach(async () => {
    await server.close();
    sink.close();
  });

  const at = (path: string) => `${server.issuer}${path}`;
  const save = async (fields: Record<string, string>, path = '/admin/branding') =>
    ana.submit(ana.form(await ana.get(at(path)), new RegExp(`${path}$`)), fields);
  async function upload(content: Buffer, type = 'image/png') {
    const { _csrf } = ana.form(await ana.get(at('/admin/branding')), /branding\/logo$/).fields;
    const body = new FormData();
    body.set('_csrf', _csrf!);
    body.set('logo', new Blob([new Uint8Array(content)], { type }), 'logo.png');
    const encoded = new Response(body);
    return ana.follow(at('/admin/branding/logo'), {
      method: 'POST',
      headers: { 'content-type': encoded.headers.get('content-type')! },
      body: Buffer.from(await encoded.arrayBuffer()),
    });
  }
  const signInPage = async () => new Jar().follow(at('/launchpad'));
  const fetchBytes = async (path: string) => {
    const answer = await fetch(new URL(path, server.baseUrl));
    return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
  };

  it('a colour on which white words cannot be read is refused; one that can is a stylesheet of its own', async () => {
    const refused = await save({ color: '#ffcc00' });
    expect([refused.status, refused.text.includes('hard to read')]).to.deep.equal([422, true]);
    expect(refused.text, 'nothing is lost').to.contain('value="#ffcc00"');
    expect((await save({ color: 'red; } body {' })).status).to.equal(422);
    expect((await signInPage()).text).to.not.contain('colors.css');
    expect((await save({ color: '#7A1F5C' })).text).to.contain('Saved.');
    const [, sheet] = /href="([^"]*colors\.css[^"]*)"/.exec((await signInPage()).text)!;
    const css = await fetchBytes(sheet!);
    expect(css.bytes.toString()).to.contain('--accent: light-dark(#7a1f5c, ');
    expect(css.headers.get('cache-control')).to.contain('immutable');
    expect(css.headers.get('set-cookie'), 'an answer that is kept by others carries no cookie').to.equal(null);
  });

  it('a logo is drawn again: at most so large, without anything that was hidden in the file', async () => {
    expect((await upload(png(1000, 500, '<script>alert(1)</script>'))).text).to.not.contain('id="logo-fault"');
    const page = await signInPage();
    const [, src] = /class="company-logo" src="([^"]+)"/.exec(page.text)!;
    const { headers, bytes } = await fetchBytes(src!);
    expect(headers.get('content-type')).to.equal('image/png');
    expect(headers.get('cross-origin-resource-policy'), 'mail on the web shows it').to.equal('cross-origin');
    expect(bytes.toString('latin1')).to.not.contain('script');
    expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).to.deep.equal([320, 160]);
    const page2 = await ana.get(at('/admin/branding'));
    await ana.submit(ana.form(page2, /branding\/logo$/), { remove: 'yes' });
  });

  it('a file that two readers would read in two ways is refused; a profile that unpacks to anything is left out', async () => {
    const jpeg = Buffer.from(
      // a fill byte after SOI, and a frame of 16 × 16 in a comment before the real one of 12000 × 12000
      'ffd8fffffe0014' + 'ffc0000b0800100010010111000000000000' + 'ffc0000b082ee02ee00101110000ffda',
      'hex',
    );
    const twoFrames = Buffer.from('ffd8ffc0000b08001000100101110000ffc0000b082ee02ee00101110000ffda0008010100003f00ffd9', 'hex');
    for (const file of [jpeg, twoFrames]) expect((await upload(file, 'image/jpeg')).status).to.equal(422);
    const plain = png(16, 16);
    const bomb = Buffer.concat([plain.subarray(0, 33), Buffer.from('7fffffff6943435000', 'hex'), plain.subarray(33)]);
    expect((await upload(bomb)).status, 'a chunk longer than the file').to.equal(422);
    expect((await upload(png(3000, 3000))).status, 'more than eight million pixels').to.equal(422);
  });

  it('no picture, an SVG, a broken file, one of too many pixels or bytes: a clear word, and the logo stays', async () => {
    await upload(png(64, 64));
    const logo = async () => /class="company-logo" src="([^"]+)"/.exec((await signInPage()).text)![1];
    const before = await logo();
    const broken = Buffer.concat([png(64, 64).subarray(0, 60), Buffer.alloc(400, 7)]);
    for (const file of [
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      broken,
      png(9000, 9000),
      Buffer.from('GIF89a'),
      Buffer.concat([png(10, 10), Buffer.alloc(1_060_000)]),
    ]) {
      const answer = await upload(file);
      expect([answer.status, answer.text.includes('at most 1 MB')], file.subarray(0, 12).toString('latin1')).to.deep.equal([422, true]);
    }
    expect(await logo()).to.equal(before);
  });

  it('words and links stand on the sign-in page and the Launchpad, escaped; a link leads to https or mailto', async () => {
    const refused = await save({ 'links.help': 'javascript:alert(1)' });
    expect([refused.status, refused.text.includes('https:// or mailto:')]).to.deep.equal([422, true]);
    await save({
      'texts.en.signIn': 'Use your <b>network</b> account',
      'texts.en.launchpad': 'Payroll closes on Friday.',
      'links.help': 'mailto:help@acme.example',
      'links.privacy': 'https://acme.example/privacy',
    });
    const { text } = await signInPage();
    expect(text).to.contain('Use your &lt;b&gt;network&lt;/b&gt; account');
    expect(text).to.contain('href="mailto:help@acme.example"').and.to.contain('href="https://acme.example/privacy"');
    expect(text).to.not.contain('Terms of use');
    expect((await ana.get(at('/launchpad'))).text).to.contain('Payroll closes on Friday.');
    expect((await new Jar().follow(`${server.baseUrl}/other/launchpad`)).text, 'another company’s').to.not.contain('network');
  });

  it('mails wear it, in the company’s own words where it wrote some, and go back to the product’s', async () => {
    await save({ color: '#7a1f5c' });
    await upload(png(64, 64));
    const path = '/admin/messages/recovery/en';
    const ask = () => {
      const jar = new Jar();
      return sink.after(async () => jar.submit(jar.form(await jar.get(at('/recovery')), /recovery$/), { login: 'ana@acme.example' }));
    };
    expect((await save({ subject: '' }, path)).text).to.contain('Required field');
    expect((await save({ body: 'Dear {{firstname}} {{constructor}}' }, path)).text).to.contain('placeholder does not exist');
    const words = {
      subject: 'New password at {{company}}',
      body: 'Dear {{firstName}},\n\nyou have {{minutes}} minutes. <i>',
      action: 'Go on',
    };
    const saved = await save(words, path);
    expect(saved.text, 'an example').to.contain('you have 60 minutes');
    const { text } = await ask();
    expect(text).to.contain('Subject: New password at Acme S.A.').and.to.contain('you have 60 minutes. <i>');
    expect(text, 'HTML')
      .to.contain('you have 60 minutes. &lt;i&gt;')
      .and.to.contain('background:#7a1f5c')
      .and.to.contain('/branding/logo?v=');
    await save({ reset: 'yes' }, path);
    expect((await ask()).text).to.contain('Subject: Acme S.A.: choose a new password');
  });

  it('what a newer version wrote takes no page and no mail away, and can be mended in the console', async () => {
    const scope = await server.scope();
    const row = (kind: string, value: unknown) => ({
      context_id: scope.contextId,
      kind,
      value: JSON.stringify(value),
      version: 1,
      changed_at: new Date(),
    });
    await scope
      .db('context_settings')
      .insert([
        row('branding', { color: '#7a1f5c', newerKey: true, links: { help: '', privacy: '', terms: '', status: 'https://x.example' } }),
        row('terms', { edition: 0, newerKey: 1 }),
        row('new-accounts', 'no object at all'),
        row('mail-texts', { recovery: { en: { subject: 'Hello {{nobody}}', body: 'x', action: 'y' } } }),
      ]);
    await scope.db.raw("SELECT pg_notify('portaria_changed', '*')");
    await eventually(async () => expect((await signInPage()).text).to.contain('colors.css?v=7a1f5c'));
    for (const path of ['/admin/branding', '/admin/consent', '/admin/new-accounts', '/admin/messages', '/admin/messages/recovery/en'])
      expect((await ana.get(at(path))).status, path).to.equal(200);
    const jar = new Jar();
    const mail = await sink.after(async () =>
      jar.submit(jar.form(await jar.get(at('/recovery')), /recovery$/), { login: 'ana@acme.example' }),
    );
    expect(mail.text).to.contain('Subject: Hello');
  });
});
