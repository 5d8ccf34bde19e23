// Owns: what happens around the library's handling of a request: its writes are settled, our session follows, the answer is completed, a trace is kept.
// Does not: change the library (library/) or configure it (configuration.ts).
import type { Provider } from 'oidc-provider';
import type { Services } from '../../request/index.ts';
import { currentOp } from '../context-provider.ts';
import { afterwards, type Surrounding } from './afterwards.ts';
import { answerFailure } from './answer-failure.ts';
import { completeAnswer } from './complete-answer.ts';
import { continuePosted } from './continue-posted.ts';
import { countRefusals } from './count-refusals.ts';
import { endOwnSession } from './end-own-session.ts';
import { hideRefused } from './hide-refused.ts';
import { joinSession } from './join-session.ts';
import { keepDocument } from './keep-document.ts';
import { leaveByPage } from './leave-by-page.ts';
import { listen } from './listen.ts';
import { logRefused } from './log-refused.ts';
import { nameMissingClient } from './name-missing-client.ts';
import { pacePolling } from './pace-polling.ts';
import { replacePages } from './replace-pages.ts';
import { returnFromSignOut } from './return-from-sign-out.ts';
import { settle } from './settle.ts';
import { slideLifetime } from './slide-lifetime.ts';
import { traceExchange } from './trace.ts';

/** Outermost first, so on the way back from the library they act from the last to the first. The order must not change. */
const middlewares: Surrounding[] = [
  answerFailure,
  continuePosted,
  afterwards(leaveByPage),
  afterwards(traceExchange), // what is kept is what was answered
  afterwards(logRefused),
  afterwards(pacePolling),
  afterwards(countRefusals),
  afterwards(nameMissingClient),
  afterwards(hideRefused),
  afterwards(completeAnswer),
  afterwards(endOwnSession),
  afterwards(joinSession),
  afterwards(keepDocument),
  afterwards(returnFromSignOut),
  afterwards(replacePages),
  afterwards(slideLifetime),
  settle, // nothing else happens for a request whose writes failed
];

/** Surrounds the library's own handling, each time for the company in force. */
export function surround(provider: Provider, services: Services): void {
  for (const act of middlewares) provider.use((ctx, next) => act(currentOp(), ctx, next));
  listen(provider, services.log);
}
