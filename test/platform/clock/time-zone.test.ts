import { expect } from 'chai';
import { canonicalTimeZone, isTimeZone } from '../../../src/platform/clock/index.ts';

describe('platform/clock: names of time zones', () => {
  it('are those of the IANA database, old and new', () => {
    const names = [
      'UTC',
      'America/Argentina/Buenos_Aires',
      'Asia/Kolkata',
      'Asia/Calcutta',
      'Europe/Kyiv',
      'Europe/Kiev',
      'US/Eastern',
      'Etc/GMT+3',
      'EST',
    ];
    for (const name of [...Intl.supportedValuesOf('timeZone'), ...names]) expect(isTimeZone(name), name).to.equal(true);
    for (const name of ['', '+03:00', '-03', 'Mars/Olympus', 'america/sao_paulo', 'America/Sao Paulo', ' UTC', 'UTC\0', 'São Paulo'])
      expect(isTimeZone(name), JSON.stringify(name)).to.equal(false);
  });
  it('of the same zone have one name that V8 prefers; what is none stays', () => {
    for (const [one, other] of [
      ['Asia/Kolkata', 'Asia/Calcutta'],
      ['Europe/Kyiv', 'Europe/Kiev'],
      ['America/Argentina/Buenos_Aires', 'America/Buenos_Aires'],
    ])
      expect(canonicalTimeZone(one!)).to.equal(canonicalTimeZone(other!));
    expect(canonicalTimeZone('Mars/Olympus')).to.equal('Mars/Olympus');
  });
});
