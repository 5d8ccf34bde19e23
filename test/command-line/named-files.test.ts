import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { NamedFileFault, namedFiles } from '../../src/command-line/named-files.ts';
import { portaria } from '../support/command-line.ts';
import { onDatabase } from '../support/process.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const secret = 'main:c2VjcmV0LW9mLXRoZS1zZXJ2ZXI=';

describe('command-line: what a configuration file may name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-named-'));
  const dataDir = join(folder, 'data');
  const env = { SECRET_HOST: 'acme.example', PORTARIA_SMTP_URL_FILE: join(folder, 'smtp.txt'), OTEL_EXPORTER_OTLP_HEADERS: secret };
  before(() => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'master.key'), secret);
    writeFileSync(join(folder, 'smtp.txt'), secret);
    writeFileSync(join(folder, 'note.txt'), 'a note\n');
    writeFileSync(join(folder, 'latin.txt'), Buffer.from([0x53, 0xe3, 0x6f]));
    writeFileSync(join(folder, 'large.txt'), Buffer.alloc(1_048_577, 97));
    symlinkSync(join(dataDir, 'master.key'), join(folder, 'link.txt'));
    symlinkSync(dataDir, join(folder, 'data-link'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const expected: [kind: 'env' | 'file', name: string, found: unknown][] = [
    ['file', 'note.txt', 'a note'],
    ['file', './data/../note.txt', 'a note'],
    ['env', 'SECRET_HOST', 'acme.example'],
    ['env', 'NONE', undefined],
    ['file', 'none.txt', undefined],
    ['file', 'data/master.key', { fault: 'fields.reference_server_file' }],
    ['file', 'link.txt', { fault: 'fields.reference_server_file' }],
    ['file', 'data-link/master.key', { fault: 'fields.reference_server_file' }],
    ['file', join(dataDir, 'master.key'), { fault: 'fields.reference_server_file' }],
    ['file', 'smtp.txt', { fault: 'fields.reference_server_file' }],
    ['env', 'OTEL_EXPORTER_OTLP_HEADERS', { fault: 'fields.reference_server' }],
    ['env', 'PORTARIA_MASTER_KEYS', { fault: 'fields.reference_server' }],
    ['env', 'database_url', { fault: 'fields.reference_server' }],
    ['file', 'latin.txt', { fault: 'fields.reference_no_text' }],
    ['file', 'large.txt', { fault: 'fields.reference_no_text' }],
    ['file', '/dev/zero', { fault: 'fields.reference_no_text' }],
    ['file', '.', { fault: 'fields.reference_no_text' }],
  ];
  for (const [kind, name, found] of expected)
    it(`\${${kind}:${name}}`, () => expect(namedFiles(folder, dataDir, env).references(kind, name)).to.deep.equal(found));

  it('logos and metadata are the same', () => {
    const { read } = namedFiles(folder, dataDir, env);
    expect(read('note.txt', 100).toString()).to.equal('a note\n');
    for (const name of ['link.txt', 'data/master.key', '/dev/zero']) expect(() => read(name, 100), name).to.throw(NamedFileFault);
  });

  describe('with apply', () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServer();
    });
    after(() => server.close());

    for (const value of [
      `name: ${'$'}{file:data/master.key}`,
      `name: ${'$'}{env:OTEL_EXPORTER_OTLP_HEADERS}`,
      'metadata: note.txt',
      'metadata: link.txt',
    ])
      it(`${value} is refused, and nothing of it is said`, async () => {
        const isName = value.startsWith('name');
        const file = join(folder, 'company.yaml');
        writeFileSync(join(folder, 'note.txt'), secret);
        writeFileSync(
          file,
          isName
            ? `contexts: [{ code: acme, ${value} }]`
            : `contexts: [{ code: acme, name: Acme S.A., applications: [{ code: one, name: One, saml: { ${value} } }] }]`,
        );
        const settings = {
          ...onDatabase(server.databaseUrl),
          PORTARIA_DATA_DIR: dataDir,
          OTEL_EXPORTER_OTLP_HEADERS: `authorization=${secret}`,
        };
        for (const json of [[], ['--json']]) {
          const { status, out, err } = await portaria(['apply', file, '--plan', ...json], settings);
          expect(status, out + err).to.equal(65);
          expect(out + err).to.not.contain(secret.slice(0, 9));
        }
      });
  });
});
