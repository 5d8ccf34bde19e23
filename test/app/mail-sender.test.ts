import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { createTasks } from '../../src/app/jobs.ts';
import { createMailer } from '../../src/platform/mail/index.ts';
import { startMailSink } from '../support/mail-sink.ts';
import { needSoftware } from '../support/missing.ts';
import { noNotices } from '../support/notices.ts';
import { startTestServer } from '../support/server.ts';

const names = [
  'Acme S.A.',
  'Café: Ações & Cia',
  'The "Best" Bank, Inc.',
  "O'Neill \\ Söhne (GmbH) <eg>; @home",
  'Łódź 株式会社 – 🏦🇧🇷',
  'नमस्ते लिमिटेड',
  'شركة الأمثلة',
  'Ação '.repeat(18).trim(),
  'A'.repeat(95),
  'security@bank.example',
];

/** What Python's library for mails reads as the sender: the address list by RFC 5322, its words by RFC 2047. */
function parse(raw: Buffer): { name: string; address: string; count: number } {
  const program = `
import sys, json, email
from email.utils import getaddresses
from email.header import decode_header, make_header
found = getaddresses([line.replace('\\r', '').replace('\\n', '') for line in email.message_from_bytes(sys.stdin.buffer.read()).get_all('from')])
print(json.dumps({'name': str(make_header(decode_header(found[0][0]))), 'address': found[0][1], 'count': len(found)}))`;
  const { stdout, stderr } = spawnSync('python3', ['-c', program], { input: raw, encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe('app: the sender of mails', () => {
  it('is called as the company is, whatever stands in its name', async function () {
    needSoftware(this, 'python');
    const sink = await startMailSink();
    const server = await startTestServer();
    try {
      const scope = await server.scope();
      for (const from of ['portaria@acme.example', 'Portaria <portaria@acme.example>', '"A, B" <portaria@acme.example>'])
        for (const name of names) {
          const mailer = createMailer(sink.url, from);
          const job = { contextId: scope.contextId, to: 'ana@acme.example', mail: 'recovery', params: { minutes: 5 } };
          const tasks = createTasks({ ...server.app.services, contexts: named(server, name) }, noNotices, mailer);
          await tasks['deliver-mail']!({ ...job, leadsTo: { page: 'account' } }, { isLast: false });
          mailer.close();
          const { raw } = sink.mails.at(-1)!;
          expect(parse(raw), name).to.deep.equal({ name, address: 'portaria@acme.example', count: 1 });
          const header = raw.subarray(0, raw.indexOf('\r\n\r\n')).toString('latin1');
          expect(header, 'octets of ASCII alone (RFC 5322 §2.2)').to.match(/^[\x09\x0a\x0d\x20-\x7e]*$/);
          for (const line of header.split('\r\n')) expect(line.length, line).to.be.lessThan(999);
        }
    } finally {
      await server.close();
      sink.close();
    }
  });
});

/** The companies as this process knows them once the new name is told. */
function named({ app }: Awaited<ReturnType<typeof startTestServer>>, name: string) {
  const { contexts } = app.services;
  return Object.assign(Object.create(contexts), {
    byId: async (id: Parameters<typeof contexts.byId>[0]) => ({ ...(await contexts.byId(id))!, name }),
  }) as typeof contexts;
}
