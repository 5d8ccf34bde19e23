import { hashToken } from '../../../platform/crypto/index.ts';
import type { Db } from '../../../platform/database/index.ts';
import { isId, type Scope } from '../../scope.ts';
import { Joiner } from '../refusals/index.ts';
import { addFailure, type NewFailure } from './store.ts';

type One = { scope: Scope; failure: NewFailure };
const joiners = new WeakMap<Db, Joiner<One, string>>();

const hourMs = 3_600_000;
const longestFacts = 4000;

/**
 * Keeps what a page could not do: the same fault of the same page and person is one row an hour, whoever asks however often. Calls at the same moment share a statement.
 * @returns the support code to show
 */
export function recordFailure(scope: Scope, failure: NewFailure): Promise<string> {
  const joiner = joiners.get(scope.db) ?? new Joiner(write);
  joiners.set(scope.db, joiner);
  const bounded = JSON.stringify(failure.facts).length > longestFacts ? { ...failure, facts: {} } : failure;
  return joiner.add(`${scope.contextId} ${foldKey(bounded).toString('base64')}`, { scope, failure: bounded });
}

const foldKey = ({ code, page, userId, applicationId, facts }: NewFailure): Buffer =>
  hashToken(JSON.stringify([code, page, userId ?? null, applicationId ?? null, facts]));

const noSuchRow = '23503';

async function write(all: One[]): Promise<string> {
  const { scope, failure } = all[0]!;
  const place = { hour: new Date(Math.floor(scope.clock.now().getTime() / hourMs) * hourMs), foldKey: foldKey(failure), n: all.length };
  try {
    return await addFailure(scope, { ...failure, userId: isId(failure.userId) ? failure.userId : undefined }, place);
  } catch (error) {
    if ((error as { code?: string }).code !== noSuchRow) throw error;
    // the person was deleted at this moment: nothing is kept of them
    return addFailure(
      scope,
      { ...failure, userId: undefined, facts: {} },
      { ...place, foldKey: foldKey({ ...failure, userId: undefined, facts: {} }) },
    );
  }
}
