import { expect } from 'chai';
import { instantAt, minuteIn } from '../../../src/platform/clock/index.ts';

describe('platform/clock: minutes in a place', () => {
  const zones = ['UTC', 'America/Sao_Paulo', 'Asia/Kolkata', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'Pacific/Niue', 'Europe/Madrid'];

  it('a minute on the clocks of a place, and back', () => {
    for (const zone of zones)
      for (const time of ['2026-01-31T22:00:00Z', '2026-07-01T00:30:00Z', '2026-12-31T23:59:00Z'])
        expect(instantAt(zone, minuteIn(zone, new Date(time)))!.toISOString(), `${zone} ${time}`).to.equal(new Date(time).toISOString());
    expect(minuteIn('America/Sao_Paulo', new Date('2026-01-31T22:00:00Z'))).to.equal('2026-01-31T19:00');
  });

  it('of a minute that comes twice the earlier; one that is skipped is taken for some instant', () => {
    expect(instantAt('Europe/Madrid', '2026-10-25T02:30')!.toISOString()).to.equal('2026-10-25T00:30:00.000Z');
    expect(instantAt('Europe/Madrid', '2026-03-29T02:30')).to.be.instanceOf(Date);
  });

  it('what is no minute is none', () => {
    for (const text of ['', 'soon', '2026-02-30T10:00', '2026-01-01', '2026-01-01T24:00', '2026-01-01T10:60', '2026-01-01T10:00Z'])
      expect(instantAt('UTC', text), text).to.equal(undefined);
  });
});
