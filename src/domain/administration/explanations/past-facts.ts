import type { AccessFacts } from '../../applications/access/index.ts';
import type { SetupFacts } from '../../applications/applications/index.ts';
import type { AuditEvent } from '../../records/audit/index.ts';
import type { KeptFacts, KeptRule } from '../../sign-in/authentication/index.ts';
import type { ExplainFacts, PolicyPart } from './explain-facts.ts';
import type { RuleSource } from './explanation.ts';

/** All that an event of a refusal can have kept. */
export type Kept = KeptFacts & Partial<SetupFacts> & { access?: AccessFacts };

export const keptOf = ({ details }: Pick<AuditEvent, 'details'>): Kept | undefined => details.facts as Kept | undefined;

/**
 * What the event kept, as an explanation is made of it: nothing is asked of the store, which knows only how it is now.
 * @returns undefined where nothing was kept of a person
 */
export function pastFacts(event: AuditEvent, company: ExplainFacts['company']): ExplainFacts | undefined {
  const kept = keptOf(event);
  const { subjectKind, subjectId, subjectName = '', applicationId, details, erased } = event;
  if (!kept || subjectKind !== 'user' || !subjectId || erased.subject) return undefined;
  const at = event.at.getTime();
  const name = String(details.application ?? '');
  const login = details.login === undefined ? undefined : String(details.login);
  const { account, signIn, access } = kept;
  const status = account?.status ?? access?.person?.status;
  return {
    at,
    ip: event.actor.ip ?? '',
    isKnownBrowser: kept.isKnownBrowser ?? false,
    company,
    asked: { person: login ?? subjectName, application: applicationId && name },
    ...(applicationId && access && { application: { applicationId, name } }),
    ...(status && {
      person: {
        userId: subjectId,
        name: subjectName,
        ...(login !== undefined && { login }),
        status,
        ...(account && { statusChangedAt: account.statusChangedAt }),
        isLoginTaken: true,
      },
    }),
    ...(kept.attempts && { attempts: attemptsOf(kept, kept.attempts, event) }),
    // of who signs in by a directory only the moment knew how it was
    ...(kept.password && !kept.directoryId && { proof: proofOf(kept, kept.password) }),
    ...(signIn && { signIn }),
    policy: (kept.rules ?? []).map(partOf),
    ...(access && { access }),
  };
}

function attemptsOf(kept: Kept, { used, ...rules }: NonNullable<Kept['attempts']>, event: AuditEvent): ExplainFacts['attempts'] {
  const lastAt = event.at.getTime();
  const count = { used, lastAt };
  const { limit, decayMinutes, unblockAfterMinutes } = rules;
  const own = { ...count, userAgent: event.actor.userAgent ?? '', lastSeenAt: lastAt };
  return kept.isKnownBrowser
    ? { limit, decayMinutes, unblockAfterMinutes, isAlone: true, strangers: { used: 0 }, browsers: [own] }
    : { limit, decayMinutes, unblockAfterMinutes, isAlone: true, strangers: count, browsers: [] };
}

const proofOf = ({ held = [] }: Kept, password: NonNullable<Kept['password']>): ExplainFacts['proof'] => ({
  personal: { ...password, counts: true },
  alone: [],
  held: held as NonNullable<ExplainFacts['proof']>['held'],
  hasRecoveryCodes: false,
});

const partOf = ({ part, value, from }: KeptRule): PolicyPart => ({ part, value, from: from ? sourceOf(from) : { kind: 'company' } });

function sourceOf({ overrideId, for: target }: NonNullable<KeptRule['from']>): RuleSource {
  if (target.kind === 'role') return { kind: 'role', role: target.role, overrideId };
  return { kind: target.kind, id: target.kind === 'group' ? target.groupId : target.applicationId, overrideId };
}
