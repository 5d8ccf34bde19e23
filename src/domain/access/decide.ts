import type { Status } from '../users/index.ts';

/** All that the decision looks at. */
export type AccessFacts = {
  person?: { status: Status };
  application?: { enabled: boolean; navigable: boolean };
  assignment: { direct: boolean; byGroup: boolean; byEveryone: boolean };
};

export type RefusalReason = 'person-unknown' | 'person-not-active' | 'application-unknown' | 'application-disabled' | 'not-assigned';

export type Rule = { rule: string; holds: boolean };

/** The verdict with every rule it looked at, in order; `reason` is the first that refused. */
export type AccessVerdict = { allowed: true; rules: Rule[] } | { allowed: false; reason: RefusalReason; rules: Rule[] };

/** S29, S31, S32: may this person open this application now? */
export function decide({ person, application, assignment }: AccessFacts): AccessVerdict {
  const reached = assignment.direct || assignment.byGroup || assignment.byEveryone || application?.navigable === true;
  const checks: [RefusalReason, string, boolean][] = [
    ['person-unknown', 'the person exists in this company', person !== undefined],
    ['person-not-active', 'the person is Activated', person?.status === 'activated'],
    ['application-unknown', 'the application exists in this company', application !== undefined],
    ['application-disabled', 'the application is enabled', application?.enabled === true],
    ['not-assigned', 'the application is navigable, or assigned to the person, to a group of theirs or to Everyone', reached],
  ];
  const rules = checks.map(([, rule, holds]) => ({ rule, holds }));
  const refusal = checks.find(([, , holds]) => !holds);
  return refusal ? { allowed: false, reason: refusal[0], rules } : { allowed: true, rules };
}
