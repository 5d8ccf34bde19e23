import { expect } from 'chai';
import { dueStep } from '../../../src/domain/people/planned-deactivations/index.ts';
import { dayIn, isDay, startOfDay } from '../../../src/platform/clock/index.ts';

describe('platform/clock: days in a time zone', () => {
  const starts: [string, string, string][] = [
    ['UTC', '2026-11-23', '2026-11-23T00:00:00.000Z'],
    ['America/Sao_Paulo', '2026-11-23', '2026-11-23T03:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-23', '2026-11-22T18:30:00.000Z'],
    ['Pacific/Kiritimati', '2026-11-23', '2026-11-22T10:00:00.000Z'],
    ['Pacific/Pago_Pago', '2026-11-23', '2026-11-23T11:00:00.000Z'],
    // the clocks went forward at midnight: the day began at 01:00 (daylight saving of 2018)
    ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00:00.000Z'],
    // and back at midnight: the evening before had 23:00 twice
    ['America/Sao_Paulo', '2018-02-18', '2018-02-18T03:00:00.000Z'],
    // in Europe the clocks change later in the night
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00.000Z'],
    ['Europe/Berlin', '2026-10-26', '2026-10-25T23:00:00.000Z'],
    // a day that was left out when the island crossed the date line
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
  ];
  for (const [zone, day, instant] of starts)
    it(`${day} begins in ${zone} at ${instant}`, () => expect(startOfDay(zone, day).toISOString()).to.equal(instant));

  it('tells the day of an instant, and days that there are not', () => {
    expect(dayIn('America/Sao_Paulo', new Date('2026-11-23T02:59:00Z'))).to.equal('2026-11-22');
    expect(['2026-02-29', '2026-13-01', '2026-1-1', '', 'today', '2028-02-29'].map(isDay)).to.deep.equal([
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});

describe('domain/planned-deactivations: what is due', () => {
  const plan = { startsOn: '2026-11-23', endsOn: '2026-11-25', description: '', version: 1 };
  const zone = 'America/Sao_Paulo';
  const began = new Date('2026-11-23T03:00:20Z');
  const earlier = new Date('2026-01-01');
  const active = { status: 'activated', statusChangedAt: earlier } as const;
  const out = { status: 'deactivated', statusChangedAt: began } as const;
  const byHand = { status: 'deactivated', statusChangedAt: new Date('2026-11-24T12:00Z') } as const;
  const cases: [string, Parameters<typeof dueStep>[0], Parameters<typeof dueStep>[1], string, ReturnType<typeof dueStep>][] = [
    ['before the first day', plan, active, '2026-11-23T02:59:59Z', undefined],
    ['S121: at its first minute', plan, active, '2026-11-23T03:00:00Z', 'begin'],
    ['of a blocked person', plan, { ...active, status: 'blocked' }, '2026-11-23T03:00:00Z', 'begin'],
    ['deactivated by hand before', plan, byHand, '2026-11-23T03:00:00Z', 'over'],
    ['while it lasts', { ...plan, beganAt: began }, out, '2026-11-25T02:59:59Z', undefined],
    ['S122: at its end', { ...plan, beganAt: began }, out, '2026-11-25T03:00:00Z', 'return'],
    [
      'activated by hand meanwhile',
      { ...plan, beganAt: began },
      { ...active, statusChangedAt: byHand.statusChangedAt },
      '2026-11-24T13:00Z',
      'over',
    ],
    ['deactivated by hand meanwhile', { ...plan, beganAt: began }, byHand, '2026-11-25T03:00:00Z', 'over'],
    ['the server slept through all of it', plan, active, '2026-11-26T00:00:00Z', 'over'],
  ];
  for (const [name, one, user, now, step] of cases)
    it(`${name}: ${step ?? 'nothing'}`, () => expect(dueStep(one, user, zone, new Date(now))).to.equal(step));
});
