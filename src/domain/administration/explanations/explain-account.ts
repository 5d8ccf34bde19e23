import { mayLiftBlock } from '../../sign-in/authentication/index.ts';
import type { AttemptFacts, Count, ExplainFacts, PersonFacts } from './explain-facts.ts';
import type { ExplanationStep, Mend, MendPage } from './explanation.ts';
import type { ExplainReason } from './reasons.ts';

export const companyStep = ({ company }: ExplainFacts): ExplanationStep => ({ step: 'company', outcome: 'passed', facts: company });

/** Whom somebody means. */
export function personStep({ person, asked, entry, proof }: ExplainFacts): ExplanationStep {
  if (!person) {
    const facts = { asked: asked.person, ...(entry && { entry: entry.name, state: entry.state }) };
    if (!entry)
      return {
        step: 'person',
        outcome: 'refuses',
        reason: 'person-unknown',
        facts,
        mend: { page: 'users', params: { search: asked.person } },
      };
    const reason = entry.state === 'pending' ? 'entry-waiting' : 'entry-rejected';
    return {
      step: 'person',
      outcome: 'refuses',
      reason,
      facts,
      mend: { page: 'directory-entries', params: { directory: entry.directoryId } },
    };
  }
  const { name, login, role, isLoginTaken } = person;
  const facts = { name, ...(login !== undefined && { login }), ...(role && { role }) };
  const rules = ['identifiers.email', 'identifiers.username'];
  if (isLoginTaken) return { step: 'person', outcome: 'passed', facts };
  // a factor that names its person needs no name
  const outcome = proof && proof.alone.length > 0 ? 'unknown' : 'refuses';
  return { step: 'person', outcome, reason: 'login-not-taken', facts, rules, mend: { page: 'policy', params: {} } };
}

/** Whether a sign-in in this browser, or the time, ends the block. */
export const liftsBlock = ({ person, attempts, at, isKnownBrowser }: ExplainFacts): boolean =>
  person !== undefined &&
  mayLiftBlock(
    { status: person.status, statusChangedAt: new Date(person.statusChangedAt ?? at) },
    isKnownBrowser,
    { unblockAfterMinutes: attempts?.unblockAfterMinutes ?? 0 },
    new Date(at),
  );

export function accountStep(given: ExplainFacts, person: PersonFacts): ExplanationStep {
  const { status, statusChangedAt, returnsOn } = person;
  const isLifted = liftsBlock(given);
  const minutes = given.attempts?.unblockAfterMinutes ?? 0;
  const endsAt = status === 'blocked' && minutes > 0 && statusChangedAt !== undefined ? statusChangedAt + minutes * 60_000 : undefined;
  const facts = {
    status,
    ...(statusChangedAt !== undefined && { since: statusChangedAt }),
    ...(status === 'blocked' && { isLifted, ...(endsAt && { endsAt }) }),
    ...(returnsOn && { returnsOn }),
  };
  if (status === 'activated' || isLifted) return { step: 'account', outcome: 'passed', facts };
  const reason = reasonOf(status, person);
  const user = { user: person.userId };
  const mend: Mend = { page: mends[reason] ?? 'user', params: user };
  const rules = status === 'blocked' ? ['lockout.limit', 'lockout.unblockAfterMinutes'] : undefined;
  return { step: 'account', outcome: 'refuses', reason, facts, ...(rules && { rules }), mend };
}

const mends: Partial<Record<ExplainReason, MendPage>> = {
  'planned-deactivation': 'planned-deactivation',
  invited: 'user-invitation',
  blocked: 'user-unblock',
  deactivated: 'user-reactivate',
};

type KeptOut = Exclude<PersonFacts['status'], 'activated'>;
const byCause = { plan: 'planned-deactivation', directory: 'directory-deactivation', deletion: 'deletion' } as const;

const reasonOf = (status: KeptOut, { keptOutBy }: PersonFacts): ExplainReason => (keptOutBy ? byCause[keptOutBy] : status);

/** How many attempts are left, in this browser and in others. */
export function attemptsStep({ at, isKnownBrowser }: ExplainFacts, attempts: AttemptFacts, person: PersonFacts): ExplanationStep {
  const { limit, decayMinutes, strangers, browsers, isAlone } = attempts;
  const left = (count: Count): number => (isOver(count) ? limit : Math.max(0, limit - count.used));
  const isOver = ({ lastAt }: Count): boolean => lastAt === undefined || lastAt < at - decayMinutes * 60_000;
  const own = isKnownBrowser ? browsers[0] : undefined;
  const count = own ?? strangers;
  const facts = {
    limit,
    decayMinutes,
    countedOn: own ? 'browser' : 'strangers',
    left: left(count),
    ...(!isAlone && { strangersLeft: left(strangers) }),
    ...(left(count) === 0 && { freeAt: count.lastAt! + decayMinutes * 60_000 }),
    ...(!isAlone && { browsers: browsers.map((one) => ({ userAgent: one.userAgent, lastSeenAt: one.lastSeenAt, left: left(one) })) }),
  };
  const rules = ['lockout.limit', 'lockout.decayMinutes'];
  if (left(count) > 0) return { step: 'attempts', outcome: 'passed', facts, rules };
  const mend: Mend = { page: 'user', params: { user: person.userId } };
  return { step: 'attempts', outcome: 'refuses', reason: 'attempts-used-up', facts, rules, mend };
}
