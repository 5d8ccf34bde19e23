import { spawnSync } from 'node:child_process';
import { expect } from 'chai';

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
});
