import { spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { createVoice, inWork, isRequestId, newRequestId, noteInLog } from '../../../src/platform/log/index.ts';
import { keepLog } from '../../support/kept-log.ts';

/** What a process writes that logs so: pino writes to the process's own output. */
function written(facts: string): Record<string, unknown> {
  const program = `
import { createLog } from './src/platform/log/index.ts';
const failed = (code) => Object.assign(new Error('failed'), { code });
createLog('info').info(${facts}, 'told');`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', program],
    {
      encoding: 'utf8',
    },
  );
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe('platform/log', () => {
  it('says the code of an error, and no code of a request', () => {
    for (const code of ['ECONNREFUSED', '53100', 'ERR_HTTP_HEADERS_SENT'])
      expect(written(`{ err: failed('${code}') }`).err, code).to.include({ code });
    const secret = 'Xk3uVbQ7Zr0nOMIk8mXsnOeYxDq8r5w2';
    for (const facts of [
      `{ err: failed('${secret}') }`,
      `{ code: '${secret}' }`,
      `{ params: { code: '${secret}' } }`,
      `{ params: { code: 'ECONNREFUSED' } }`,
    ])
      expect(JSON.stringify(written(facts)), facts)
        .to.contain('[redacted]')
        .and.not.contain(secret);
  });

  it('says of an error its kind, words and causes, and no property that holds what somebody gave', () => {
    const { log, lines, text } = keepLog();
    const secret = 'ana@acme.example';
    const cause = Object.assign(new TypeError('below'), { detail: `Key (email)=(${secret})`, code: '23505', constraint: 'users_email' });
    log.error({ err: Object.assign(new Error('above', { cause }), { params: { secret }, headers: secret, where: secret }) }, 'failed');
    log.error({ err: new AggregateError([cause], 'both') }, 'failed');
    log.error({ err: undefined }, 'failed');
    const about = { type: 'TypeError', message: 'below', code: '23505', constraint: 'users_email' };
    const [{ err }, { err: both }] = lines as never as [{ err: { cause: object } }, { err: { errors: object[] } }];
    expect(err).to.include({ type: 'Error', message: 'above' }).and.to.have.property('stack');
    expect(err.cause).to.include(about);
    expect(both.errors[0]).to.include(about);
    expect(text()).to.not.contain(secret);
  });

  it('a line belongs to its request or job', () => {
    const { log, lines } = keepLog();
    log.info('alone');
    inWork({ requestId: 'request-1', facts: {} }, () => {
      noteInLog({ path: '/acme/x', company: 'acme', fault: 'not_found' });
      log.info('within');
    });
    inWork({ requestId: 'request-1', job: 'deliver-mail' }, () => {
      noteInLog({ path: '/of nobody' });
      log.info('asked for');
    });
    expect(lines[0]).to.not.have.any.keys('requestId', 'path', 'job');
    expect(lines[1]).to.include({ requestId: 'request-1', path: '/acme/x', company: 'acme' }).and.not.have.property('fault');
    expect(lines[2]).to.include({ requestId: 'request-1', job: 'deliver-mail' }).and.not.have.property('path');
  });

  it('an id of a request is short and harmless, and ours is one', () => {
    for (const id of [newRequestId(), '12345678', 'a-b_c.d:e+f=', 'Root=1-67891233-abcdef']) expect(isRequestId(id), id).to.equal(true);
    for (const id of [
      undefined,
      ['12345678'],
      '',
      '1234567',
      'x'.repeat(129),
      '12345678\n',
      '1234 5678',
      '"12345678"',
      '-1234567',
      '1234567\u2028',
    ])
      expect(isRequestId(id), String(id)).to.equal(false);
  });

  it('a process speaks in words at a terminal, and in lines to whoever collects them, whatever the level', () => {
    const said = (isTTY: boolean) => {
      let text = '';
      const out = Object.assign(new PassThrough(), { isTTY });
      out.on('data', (chunk) => {
        text += chunk;
      });
      const voice = createVoice(out, out);
      voice.say('  Launchpad   http://localhost');
      voice.say('');
      voice.fail('two\nfaults', ['a', 'b']);
      out.read();
      return text;
    };
    expect(said(true)).to.equal('  Launchpad   http://localhost\n\ntwo\nfaults\n');
    const lines = said(false)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).to.have.length(2);
    expect(lines[0]).to.include({ level: 'info', msg: 'Launchpad   http://localhost' });
    expect(lines[1]).to.deep.include({ level: 'fatal', msg: 'two\nfaults', faults: ['a', 'b'] });
  });
});
