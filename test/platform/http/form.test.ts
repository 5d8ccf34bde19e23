import { PassThrough, Readable } from 'node:stream';
import { expect } from 'chai';
import { AppError } from '../../../src/platform/errors/index.ts';
import { readForm } from '../../../src/platform/http/index.ts';
import { readMultipart } from '../../../src/platform/http/multipart.ts';

type Request = Parameters<typeof readForm>[0];
const request = (body: Buffer, type: string): Request =>
  Object.assign(Readable.from([body]), { headers: { 'content-type': type } }) as unknown as Request;
const read = (body: string, type: string) => readForm(request(Buffer.from(body), type), 1_000_000);

describe('platform/http: forms', () => {
  it('a NUL is left out, for the store takes none; but a password stays what it is', async () => {
    const form = await read('name=a%00b&password=a%00b&newPassword=%00', 'application/x-www-form-urlencoded');
    expect([form.get('name'), form.get('password'), form.get('newPassword')]).to.deep.equal(['ab', 'a\0b', '\0']);
  });

  it('multipart is read as it was written, whatever names and values hold', async () => {
    const texts: [string, string][] = [
      ['plain', 'value'],
      ['plain', 'second'],
      ['empty', ''],
      ['with "quotes"', 'a "b" c'],
      ['with\nline', 'é ñ ção 😀'],
      ['dashes', '--\r\n-- boundary ------'],
      ['a=b; c', ';name="evil"'],
      ['__proto__', 'x'],
      ['lines', 'one\r\ntwo\r\n\r\nthree\r\n'],
    ];
    const form = new FormData();
    for (const [name, value] of texts) form.append(name, value);
    const octets = Buffer.from([0, 13, 10, 45, 45, 255, 254, 13, 10, 13, 10]);
    form.append('file', new Blob([octets]), 'a "file".xml');
    form.append('none', new Blob([]), '');
    const packed = new Response(form);
    const found = await readForm(request(Buffer.from(await packed.arrayBuffer()), packed.headers.get('content-type')!), 100_000);
    for (const name of new Set(texts.map(([name]) => name.replace('\n', '\r\n'))))
      expect(found.all(name), name).to.deep.equal(texts.filter((one) => one[0].replace('\n', '\r\n') === name).map(([, value]) => value));
    expect(await found.file('file')).to.deep.equal(octets);
    expect([await found.file('none'), await found.file('plain'), found.has('none'), found.has('missing')]).to.deep.equal([
      undefined,
      undefined,
      true,
      false,
    ]);
    expect(found.get('file'), 'a file is no text').to.equal('');
  });

  it('a file is a view of what was received, not a copy', () => {
    const body = Buffer.from('--b\r\ncontent-disposition: form-data; name="f"; filename="x"\r\n\r\nabc\r\n--b--\r\n');
    const [part] = readMultipart(body, 'multipart/form-data; boundary=b');
    expect((part!.value as Buffer).buffer).to.equal(body.buffer);
  });

  it('large bodies that arrive together take a bounded part of the memory; small ones are always read', async () => {
    const megabyte = 1_048_576;
    const type = 'multipart/form-data; boundary=b';
    const slow = Array.from({ length: 12 }, () => {
      const stream = new PassThrough();
      const read = readForm(Object.assign(stream, { headers: { 'content-type': type } }) as unknown as Request, 20 * megabyte);
      return { stream, code: read.then(String, ({ code }: AppError) => code) };
    });
    const half = Buffer.alloc(megabyte / 2);
    for (let n = 0; n < 36; n++) for (const { stream } of slow) stream.write(half);
    await new Promise(setImmediate);
    expect((await read('a=1', 'application/x-www-form-urlencoded')).get('a')).to.equal('1');
    const codes = await Promise.all(slow.map(({ code }) => Promise.race([code, Promise.resolve('arriving')])));
    expect(codes.filter((code) => code === 'arriving')).to.have.length(7); // of 18 MB each
    expect(codes.filter((code) => code === 'uploads_busy')).to.have.length(5);
    // a caller that goes away, one that ends
    for (const { stream } of slow) stream.destroy();
    await new Promise(setImmediate);
    const form = new FormData();
    form.append('file', new Blob([Buffer.alloc(18 * megabyte)]));
    const packed = new Response(form);
    const whole = Buffer.from(await packed.arrayBuffer());
    for (let n = 0; n < 8; n++) {
      const found = await readForm(request(whole, packed.headers.get('content-type')!), 20 * megabyte);
      expect((await found.file('file'))!.length).to.equal(18 * megabyte);
    }
  });

  it('other ways to write the same are read, too', async () => {
    const type = 'multipart/form-data; charset=utf-8; boundary="b c"';
    const form = await read(
      'preamble\r\n--b c\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; name=f\r\n\r\nv\r\n--b c--\r\nepilogue',
      type,
    );
    expect(form.get('f')).to.equal('v');
    expect((await read('f=v+w%26&f=2', 'application/x-www-form-urlencoded')).all('f')).to.deep.equal(['v w&', '2']);
  });

  it('what is no form is refused', async () => {
    const type = 'multipart/form-data; boundary=b';
    const bad: [string, string, string][] = [
      ['', type, 'malformed_body'],
      ['x', 'multipart/form-data', 'malformed_body'],
      ['--b\r\n', type, 'malformed_body'],
      ['--b\r\ncontent-disposition: form-data; name="f"\r\n\r\nv', type, 'malformed_body'],
      ['--b\r\ncontent-disposition: form-data\r\n\r\nv\r\n--b--', type, 'malformed_body'],
      ['--b\r\nx: y\r\n\r\nv\r\n--b--', type, 'malformed_body'],
      [`${'--b\r\ncontent-disposition: form-data; name=f\r\n\r\n\r\n'.repeat(10_001)}--b--`, type, 'malformed_body'],
      ['{}', 'application/json', 'unsupported_media_type'],
      ['x'.repeat(2_000_000), 'application/x-www-form-urlencoded', 'body_too_large'],
      ['a&'.repeat(60_000), 'application/x-www-form-urlencoded', 'body_too_large'],
    ];
    for (const [body, contentType, code] of bad) {
      const error = await read(body, contentType).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error, body.slice(0, 80)).to.be.instanceOf(AppError).with.property('code', code);
    }
  });
});
