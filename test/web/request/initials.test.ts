import { expect } from 'chai';
import { nameInitials, personInitials, toneOf, tones } from '../../../src/web/request/initials.ts';

describe('web/request/initials', () => {
  it('of a person: first and last name, one name, other scripts, letters of several code points', () => {
    const of = (firstName: string, lastName: string) => personInitials({ firstName, lastName });
    expect(of('Ana', 'Souza')).to.equal('AS');
    expect(of('João', 'da Silva')).to.equal('JS');
    expect(of('élodie', '')).to.equal('É');
    expect(of('', 'Sukarno')).to.equal('S');
    expect(of('e\u0301va', 'ó Neill')).to.equal('E\u0301N');
    expect(of('محمد', 'الأمين')).to.equal('م');
    expect(of('美咲', '山田')).to.equal('美');
    expect(of('', '')).to.equal('');
  });

  it('of an application: two words, or two letters of one', () => {
    expect(['Time sheet', 'Payroll', 'X', 'S3 bucket', 'Apache (mod_auth)', '給与', '—'].map(nameInitials)).to.deep.equal([
      'TS',
      'Pa',
      'X',
      'SB',
      'AM',
      '給',
      '—',
    ]);
  });

  it('a colour stays, and ids spread over all of them', () => {
    const ids = Array.from({ length: 600 }, (_, i) => `01a22c21-b8b1-7174-8cd5-9c36122${String(i).padStart(5, '0')}`);
    expect(ids.map(toneOf)).to.deep.equal(ids.map(toneOf));
    const counts = Array.from({ length: tones }, (_, tone) => ids.filter((id) => toneOf(id) === tone).length);
    expect(Math.min(...counts), counts.join(' ')).to.be.greaterThan(20);
  });
});
