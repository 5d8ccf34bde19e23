import { type Choice, type Comparison, choiceByDefault } from '../../../domain/administration/promotion/index.ts';
import type { PageContext } from '../../request/index.ts';

/** The field in which production says its own value of an object. */
export const ownName = (id: string, path: string): string => `own ${id} ${path}`;

const longestFinding = 500;
const mostFindings = 5000;

/** What was ticked and typed, and of what the form did not show yet what is remembered. */
export function readChoice({ form }: PageContext, comparison: Comparison): Choice {
  const usual = choiceByDefault(comparison);
  const values = comparison.differences.map(({ id, questions }) => {
    const typed = questions.filter(({ path }) => form.has(ownName(id, path))).map(({ path }) => [path, form.get(ownName(id, path))]);
    return [id, { ...usual.values[id], ...Object.fromEntries(typed) }];
  });
  const ids = new Set<string>(comparison.differences.map(({ id }) => id));
  // what is kept with the promotion is of the promotion, whatever was sent
  const accepted = form.all('accept').filter((id) => id.length <= longestFinding);
  return {
    picked: form.all('pick').filter((id) => ids.has(id)),
    values: Object.fromEntries(values),
    accepted: accepted.slice(0, mostFindings),
  };
}
