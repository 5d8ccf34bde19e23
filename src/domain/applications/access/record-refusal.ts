import { recordAlone } from '../../records/audit/index.ts';
import type { Scope } from '../../scope.ts';
import type { Application } from '../applications/index.ts';
import type { AccessVerdict } from './decide.ts';

/** Writes why somebody was kept out, under the support code that the person was shown. */
export async function recordRefusal(
  scope: Scope,
  person: { id: string; name: string },
  application: Pick<Application, 'applicationId' | 'name'>,
  verdict: AccessVerdict & { allowed: false },
  supportCode: string,
): Promise<void> {
  await recordAlone(scope, {
    type: 'access.refused',
    outcome: 'failure',
    subject: { kind: 'user', id: person.id, name: person.name },
    applicationId: application.applicationId,
    reason: verdict.reason,
    supportCode,
    details: { application: application.name, rules: verdict.rules, facts: { access: verdict.facts } },
  });
}
