import { expect } from 'chai';
import { locales } from '../../../src/platform/i18n/index.ts';
import { listTimeZones, nameOfZone, readTimeZone, shownZone } from '../../../src/web/admin-console/time-zones.ts';

const all = ['UTC', ...Intl.supportedValuesOf('timeZone')];
const winter = new Date('2030-01-15T12:00:00Z');

describe('web/admin-console: time zones', () => {
  for (const locale of locales)
    it(`stand once each, from west to east, and what is shown is read again (${locale})`, () => {
      const zones = listTimeZones(locale, winter);
      const names = zones.map(({ name }) => name);
      expect(names).to.deep.equal([...new Set(names)]);
      expect(names.map(readTimeZone)).to.have.members([...new Set(all)]);
      const hours = names.map((name) => Number(/^\(UTC(.\d\d):\d\d\) /.exec(name)![1]!.replace('−', '-')));
      expect(hours).to.deep.equal([...hours].sort((a, b) => a - b));
      for (const { zone, name } of zones) expect(readTimeZone(name.replace(/^.*?\) /, '')), 'without its offset').to.equal(zone);
    });

  it('are named as people write them, by the names of today', () => {
    expect(nameOfZone('pt-BR', 'America/Sao_Paulo')).to.equal('América/São Paulo');
    expect(nameOfZone('es', 'Asia/Calcutta')).to.equal('Asia/Kolkata');
    expect(nameOfZone('en', 'America/Buenos_Aires')).to.equal('America/Argentina/Buenos Aires');
    const zones = listTimeZones('es', winter);
    expect(shownZone(zones, 'America/Sao_Paulo')).to.equal('(UTC−03:00) América/São Paulo');
    expect(zones.find(({ zone }) => zone === 'America/Sao_Paulo')!.note).to.contain('Brasilia');
    expect(shownZone(zones, 'Asia/Kolkata')).to.equal(shownZone(zones, 'Asia/Calcutta')).and.to.contain('UTC+05:30');
    expect(shownZone(zones, 'Mars/Olympus')).to.equal('Mars/Olympus');
  });

  it('are read however they are typed; what is none stays, to be refused', () => {
    for (const typed of [
      'America/Sao_Paulo',
      'América/São Paulo',
      'america/sao paulo',
      'são paulo',
      '(UTC−03:00) América/São Paulo',
      ' Sao_Paulo ',
    ])
      expect(readTimeZone(typed), typed).to.equal('America/Sao_Paulo');
    for (const typed of ['Asia/Kolkata', 'asia/calcutta', 'Calcutta']) expect(readTimeZone(typed), typed).to.equal('Asia/Calcutta');
    for (const none of ['', 'Mars/Olympus', '/', 'America', 'paulo']) expect(readTimeZone(none), none).to.equal(none);
  });
});
