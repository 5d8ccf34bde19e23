import { acceptTerms } from '../../../../src/domain/applications/consents/index.ts';
import type { User } from '../../../../src/domain/people/users/index.ts';
import type { ApplicationId, Scope } from '../../../../src/domain/scope.ts';
import {
  changeRequiredPassword,
  completeSignIn,
  enrolAtSignIn,
  findNextStep,
  findPendingRequest,
  openPendingRequest,
  type PendingRequest,
  type Proven,
  proveFactor,
  provePassword,
} from '../../../../src/domain/sign-in/authentication/index.ts';
import { factorsUsableAt } from '../../../../src/domain/sign-in/credentials/factors/index.ts';
import { startTotp } from '../../../../src/domain/sign-in/credentials/totp/index.ts';
import type { PolicyRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { answerOf } from '../../../support/factors.ts';
import { totpCode } from '../../../support/second-factor.ts';
import { password } from '../../sign-in/authentication/people.ts';
import { browser as known, origin, type Situation, strange } from './situations.ts';

type Who = { user: User; secret?: string; applicationId: ApplicationId; situation: Situation };
type End = { isIn: boolean; asked: string[]; why?: string };

/** Goes through a sign-in by its use cases, answering all that is asked for. */
export async function signInForReal(scope: Scope, rules: PolicyRules, { user, secret, applicationId, situation }: Who): Promise<End> {
  const browser = situation.isKnownBrowser ? known : strange;
  const asked: string[] = [];
  const outcome = await provePassword(scope, rules, { login: user.email!, password, browser, applicationId });
  if (outcome.outcome !== 'proven') return { isIn: false, asked, why: await lastReason(scope, user) };
  const destination = { protocol: 'portaria', path: '/launchpad' } as const;
  const requestId = await openPendingRequest(scope, browser, { destination, applicationId, demands: {} });
  const request: PendingRequest = (await findPendingRequest(scope, browser, requestId))!;
  const place = { origin, company: 'Acme', browser, artifacts: {} as never };
  let proven: Proven = outcome.proven;
  const arrival = () => ({ demands: {}, proven, browser, applicationId, usableFactors: factorsUsableAt(origin), termsEdition: 1 });
  for (let n = 0; n < 10; n++) {
    const step = await findNextStep(scope, rules, arrival());
    if (step.step === 'kept-out') return { isIn: false, asked, why: `kept-out-${step.why}` };
    if (step.step === 'done') return { isIn: (await completeSignIn(scope, rules, request, arrival(), 'en')) !== undefined, asked };
    asked.push(step.step);
    const code = (of: string) => totpCode(of, scope.clock.now().getTime());
    if (step.step === 'second-factor') {
      const given = { kind: 'totp' as const, place, answer: answerOf({ code: code(secret!) }) };
      const result = await proveFactor(scope, rules, user, given);
      if (result.outcome !== 'proven') throw new Error(`the code was ${result.outcome}`);
      proven = { ...proven, amr: [...new Set([...proven.amr, ...result.amr])] };
    } else if (step.step === 'enrol') {
      if (!step.factors.includes('totp')) {
        // no test of use cases has a passkey: as if one had been set up
        proven = { ...proven, amr: ['pwd', 'hwk', 'user', 'mfa'] };
        continue;
      }
      const { secret: fresh, sealed } = startTotp(scope, user.userId, { company: 'Acme', login: user.email! });
      const enrolment = { kind: 'totp' as const, place, answer: answerOf({ offer: sealed, code: code(fresh) }), name: 'App' };
      const enrolled = await enrolAtSignIn(scope, rules, request, { arrival: arrival(), proven }, enrolment);
      proven = { ...proven, amr: [...new Set([...proven.amr, ...enrolled!.amr])] };
    } else if (step.step === 'new-password') {
      const input = { newPassword: 'a long new sentence', repeatPassword: 'a long new sentence' };
      proven = await changeRequiredPassword(scope, rules, { ...request, proven }, input);
    } else if (step.step === 'terms') await acceptTerms(scope, user.userId, step.edition, 'en');
    else throw new Error(`nothing leads on from ${step.step}`);
  }
  throw new Error('a sign-in without end');
}

async function lastReason({ db, contextId }: Scope, user: User): Promise<string> {
  const own = { context_id: contextId, subject_id: user.userId, type: 'sign-in.failed' };
  const row = await db('audit_events').where(own).orderBy('event_id', 'desc').first('reason');
  // of a name that nobody has nothing is kept
  return row?.reason ?? 'unknown-person';
}
