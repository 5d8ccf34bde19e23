import { findApplicationById } from '../../../domain/applications/applications/index.ts';
import { findUserById, fullName } from '../../../domain/people/users/index.ts';
import type { PageFailure } from '../../../domain/records/page-failures/index.ts';
import { type PageContext, reasonText } from '../../request/index.ts';

export type Shown = { name: string; value: string | Date };

/** Facts of a fault in words; times as times. */
export function presentFacts({ t, services: { i18n } }: PageContext, facts: Record<string, unknown>): Shown[] {
  return Object.entries(facts).map(([name, value]) => {
    const text = String(value);
    const named = `past.facts.${name}`;
    const word = `past.values.${text.replace(/[.-]/g, '_')}`;
    const at = /^\d{4}-\d\d-\d\dT/.test(text) ? new Date(text) : undefined;
    return {
      name: i18n.exists(named) ? t(named) : name,
      value: at ?? (i18n.exists(word) ? t(word) : name === 'reason' ? reasonText(i18n, t, text) : text),
    };
  });
}

/** Whom and what it is about, as they are called now. */
export async function subjectsOf({ scope }: PageContext, { userId, applicationId }: PageFailure) {
  const user = userId === undefined ? undefined : await findUserById(scope, userId);
  const application = applicationId && (await findApplicationById(scope, applicationId));
  return { subject: user && { userId: user.userId, name: fullName(user) }, application };
}
