import type { Knex } from 'knex';
import { type Span, startSpan } from './spans.ts';

/** What a statement does and to which table, in two words, and nothing that it was given: `SELECT users`. */
export function statementSummary(text: string): string {
  const verb = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'statement';
  const table = /\b(?:from|into|update)\s+(?:only\s+)?((?:"?[a-z_]+"?\.)?"?[a-z_]+"?)/i.exec(text)?.[1]?.replaceAll('"', '');
  return table ? `${verb} ${table}` : verb;
}

type Asked = { __knexQueryUid: string; sql?: string };

// a stream tells of no end: such a span is given up by its age
const mostOpen = 1000;

/** A span for each statement that knex built, in transactions too. */
export function traceKnex(knex: Knex): void {
  const open = new Map<string, Span>();
  knex.on('query', ({ __knexQueryUid: id, sql = '' }: Asked) => {
    const span = startSpan('client', statementSummary(sql), { 'db.system.name': 'postgresql' });
    if (!span) return;
    open.set(id, span);
    if (open.size > mostOpen) open.delete(open.keys().next().value!);
  });
  const end = (id: string, failure?: unknown): void => {
    open.get(id)?.end(failure);
    open.delete(id);
  };
  knex.on('query-response', (_, { __knexQueryUid }: Asked) => end(__knexQueryUid));
  knex.on('query-error', (error, { __knexQueryUid }: Asked) => end(__knexQueryUid, error));
}
