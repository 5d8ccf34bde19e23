import { expect } from 'chai';
import { type AccessFacts, decide } from '../../../../src/domain/applications/access/index.ts';

const none = { direct: false, byGroup: false, byEveryone: false };
const active = { status: 'activated' as const };
const enabled = { enabled: true, navigable: false };

describe('domain/access: decide', () => {
  const allowed: [string, AccessFacts][] = [
    ['S32: assigned directly', { person: active, application: enabled, assignment: { ...none, direct: true } }],
    ['S32: assigned through a group', { person: active, application: enabled, assignment: { ...none, byGroup: true } }],
    ['S32: assigned through Everyone', { person: active, application: enabled, assignment: { ...none, byEveryone: true } }],
    ['S31: navigable, to nobody assigned', { person: active, application: { enabled: true, navigable: true }, assignment: none }],
  ];
  for (const [name, facts] of allowed) it(`${name}: allowed`, () => expect(decide(facts).allowed).to.equal(true));

  const everything = { direct: true, byGroup: true, byEveryone: true };
  const refused: [string, AccessFacts, string][] = [
    ['S29: not assigned', { person: active, application: enabled, assignment: none }, 'not-assigned'],
    [
      'a disabled application',
      { person: active, application: { enabled: false, navigable: true }, assignment: everything },
      'application-disabled',
    ],
    ['an application that is not there', { person: active, assignment: everything }, 'application-unknown'],
    ['a person who is not there', { application: enabled, assignment: everything }, 'person-unknown'],
    ...(['invited', 'deactivated', 'blocked'] as const).map((status): [string, AccessFacts, string] => [
      `S40–S42: ${status}`,
      { person: { status }, application: enabled, assignment: everything },
      'person-not-active',
    ]),
  ];
  for (const [name, facts, reason] of refused) {
    it(`${name}: refused because ${reason}`, () => {
      const verdict = decide(facts);
      expect(verdict).to.include({ allowed: false, reason });
      expect(verdict.rules.filter(({ holds }) => !holds).length, 'it says every rule it looked at').to.be.greaterThan(0);
      expect(verdict.rules).to.have.length(5);
    });
  }
});
