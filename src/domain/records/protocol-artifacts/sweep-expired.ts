import { type Db, deleteInSteps } from '../../../platform/database/index.ts';

/** A day later: until then a code that was used twice is told from one that never was. Answers that may be given again hold tokens, and go at once. */
export const sweepArtifacts = (db: Db): Promise<number> =>
  deleteInSteps(db, 'oidc_artifacts', "expires_at < now() AND (kind = 'RefreshAnswer' OR expires_at < now() - interval '1 day')");
