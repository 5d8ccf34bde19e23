import type { NoticeTools } from '../../src/domain/sign-in/sessions/index.ts';

/** Nobody is told that a session ended. */
export const noNotices: NoticeTools = { tellRelyingParty: async () => {}, tellServiceProvider: async () => {} };
