import {
  admits,
  type EffectivePolicy,
  explainPolicy,
  type PolicyOverride,
  type PolicyRules,
  type PolicySubject,
  strictest,
} from '../../sign-in/sign-in-policy/index.ts';

/** For whom an override is. */
export type Source = PolicyOverride['for'];

/** The rules of a company, each combination of overrides worked out once: what they hold is one object, which `admits` knows again. */
export type Policies = {
  policyOf(subject: PolicySubject): EffectivePolicy;
  /** Whose rule makes it so; undefined where it is the company's own, or no rule of the policy. */
  sourceOf(subject: PolicySubject, code: string, at: { ip: string; now: Date }): Source | undefined;
};

/** The part of the policy that an outcome follows from. */
const partOf: Record<string, string> = {
  'kept-out-no-factor': 'secondFactor.factors',
  'second-factor': 'secondFactor.demand',
  enrol: 'secondFactor.demand',
  password: 'secondFactor.factors',
  'new-password': 'password.expiryDays',
};

type Worked = {
  policy: EffectivePolicy;
  /** The company's own rules, and these with each override alone. */
  alone?: { from?: Source; policy: EffectivePolicy }[];
  parts?: Map<string, Source | undefined>;
  subject: PolicySubject;
};

const mostKnown = 2000;

export function createPolicies(rules: PolicyRules): Policies {
  const named = new Set(
    rules.overrides.flatMap(({ for: target }) =>
      target.kind === 'group' ? target.groupId : target.kind === 'application' ? target.applicationId : [],
    ),
  );
  const known = new Map<string, Worked>();

  function workOut({ role, groupIds, applicationId }: PolicySubject): Worked {
    const subject: PolicySubject = {
      role,
      groupIds: groupIds.filter((id) => named.has(id)).sort(),
      applicationId: applicationId && named.has(applicationId) ? applicationId : undefined,
    };
    const key = [role, subject.applicationId, ...subject.groupIds].join();
    const found = known.get(key);
    if (found) return found;
    const worked: Worked = { policy: strictest(rules, subject), subject };
    // of many groups with rules there are more combinations than memory is for
    if (known.size >= mostKnown) known.clear();
    known.set(key, worked);
    return worked;
  }

  const workOutAlone = ({ subject }: Worked): Worked['alone'] =>
    [undefined, ...rules.overrides].map((one) => ({
      from: one?.for,
      policy: strictest({ ...rules, overrides: one ? [one] : [] }, subject),
    }));

  return {
    policyOf: (subject) => workOut(subject).policy,
    sourceOf(subject, code, at) {
      const worked = workOut(subject);
      if (code === 'kept-out-network' || code === 'kept-out-hours') {
        const why = code === 'kept-out-network' ? 'network' : 'hours';
        worked.alone ??= workOutAlone(worked);
        return worked.alone!.find(({ policy: { networks, hours } }) =>
          why === 'network' ? admits({ networks, hours: [] }, at) : admits({ networks: [], hours }, at),
        )?.from;
      }
      worked.parts ??= new Map(explainPolicy(rules, worked.subject).map(({ part, from }) => [part, from?.for]));
      return worked.parts.get(partOf[code] ?? '');
    },
  };
}
