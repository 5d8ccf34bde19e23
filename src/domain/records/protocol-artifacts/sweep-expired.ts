import { type Db, deleteInSteps } from '../../../platform/database/index.ts';

/** A day later: until then a code that was used twice can be distinguished from one that never existed. Answers that may be repeated contain tokens, and are deleted at once. */
export const sweepArtifacts = (db: Db): Promise<number> =>
  deleteInSteps(db, 'oidc_artifacts', "expires_at < now() AND (kind = 'RefreshAnswer' OR expires_at < now() - interval '1 day')");
