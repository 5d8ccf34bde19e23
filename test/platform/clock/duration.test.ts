import { expect } from 'chai';
import { readDuration } from '../../../src/platform/clock/index.ts';

describe('unit: durations of ISO 8601', () => {
  it('weeks, days, hours, minutes and seconds', () => {
    const seconds = { P1W: 604_800, P7D: 604_800, PT1H: 3600, PT90M: 5400, PT5S: 5, P1DT1H1M1S: 90_061, PT0S: 0, P0D: 0 };
    for (const [text, expected] of Object.entries(seconds)) expect(readDuration(text), text).to.equal(expected);
  });
  it('nothing else', () => {
    for (const text of [
      '',
      'P',
      'PT',
      'P1',
      '1D',
      'P1DT',
      'PT1D',
      'P1H',
      'p1d',
      'P-1D',
      '-P1D',
      'P1.5D',
      'P1Y',
      'P1M',
      'P1W1D',
      ' P1D',
      'P1D ',
      'P1D\n',
      'P9999999D',
      'P١D',
    ])
      expect(readDuration(text), JSON.stringify(text)).to.equal(undefined);
  });
});
