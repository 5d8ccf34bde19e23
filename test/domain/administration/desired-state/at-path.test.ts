import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { StateError } from '../../../../src/domain/administration/configuration/index.ts';
import { atPath } from '../../../../src/domain/administration/desired-state/at-path.ts';
import { AppError } from '../../../../src/platform/errors/index.ts';

const errors = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
const known = [...errors.matchAll(/^\| `(\w+)` \| ([\d, ]+) \|/gm)].map(([, code, statuses]): [string, number] => [
  code!,
  Number(statuses!.split(',')[0]),
]);

describe('domain/administration/desired-state: what a file is refused for', () => {
  it('is what it says itself: that somebody else writes, or that there is no room now, stays what it is', async () => {
    expect(known.length).to.be.greaterThan(80);
    for (const [code, status] of known) {
      const error = await atPath('contexts', 0)(Promise.reject(new AppError(code, status))).catch((thrown) => thrown);
      const isPassing = status >= 500 || ['changed_meanwhile', 'not_found'].includes(code) || code.startsWith('too_many');
      if (isPassing) expect(error, code).to.include({ code, status });
      else
        expect((error as StateError).faults, code).to.deep.include({
          path: 'contexts[0]',
          steps: ['contexts', 0],
          message: `errors.${code}`,
        });
    }
  });
});
