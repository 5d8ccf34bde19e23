import { recordAlone } from '../../records/audit/index.ts';
import type { ApplicationId, Scope } from '../../scope.ts';
import { explain } from './explain.ts';
import type { ExplainFacts } from './explain-facts.ts';
import type { Explanation } from './explanation.ts';
import { type ExplainTools, gatherExplainFacts, type Question } from './gather-explain-facts.ts';

export type Viewed = { facts: ExplainFacts; explanation: Explanation };

/** Explains to somebody how it stands. What is shown of a person is theirs: that somebody looked stands in their history (S90). */
export async function viewExplanation(scope: Scope, tools: ExplainTools, question: Question): Promise<Viewed> {
  const facts = await gatherExplainFacts(scope, tools, question);
  await recordLook(scope, facts);
  return { facts, explanation: explain(facts) };
}

/** Nothing is written where nobody is shown. */
export async function recordLook(scope: Scope, { person, application }: ExplainFacts): Promise<void> {
  if (!person) return;
  await recordAlone(scope, {
    type: 'explanation.viewed',
    subject: { kind: 'user', id: person.userId, name: person.name },
    applicationId: application?.applicationId as ApplicationId | undefined,
    details: application ? { application: application.name } : {},
  });
}
