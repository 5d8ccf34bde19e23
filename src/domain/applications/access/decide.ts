import type { Status } from '../../people/users/index.ts';

/** All that the decision looks at. */
export type AccessFacts = {
  person?: { status: Status };
  application?: { enabled: boolean; navigable: boolean };
  assignment: { direct: boolean; byGroup: boolean; byEveryone: boolean };
};

/** Why somebody may not, in the order in which it is looked at. */
export const accessReasons = [
  'person-unknown',
  'person-not-active',
  'application-unknown',
  'application-disabled',
  'not-assigned',
] as const;
export type RefusalReason = (typeof accessReasons)[number];

/** A rule by the reason it refuses with. */
export type Rule = { rule: RefusalReason; holds: boolean };

/** The verdict with every rule it looked at, in order; `reason` is the first that refused, `facts` are what it was decided by. */
export type AccessVerdict = { allowed: true; rules: Rule[] } | { allowed: false; reason: RefusalReason; rules: Rule[]; facts: AccessFacts };

/** S29, S31, S32: may this person open this application now? */
export function decide({ person, application, assignment }: AccessFacts): AccessVerdict {
  const reached = assignment.direct || assignment.byGroup || assignment.byEveryone || application?.navigable === true;
  const rules: Rule[] = [
    { rule: 'person-unknown', holds: person !== undefined },
    { rule: 'person-not-active', holds: person?.status === 'activated' },
    { rule: 'application-unknown', holds: application !== undefined },
    { rule: 'application-disabled', holds: application?.enabled === true },
    { rule: 'not-assigned', holds: reached },
  ];
  const refusal = rules.find(({ holds }) => !holds);
  return refusal ? { allowed: false, reason: refusal.rule, rules, facts: { person, application, assignment } } : { allowed: true, rules };
}
