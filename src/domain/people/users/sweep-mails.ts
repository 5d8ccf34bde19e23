import type { Db } from '../../../platform/database/index.ts';
import { dropMails } from '../../company/mails/index.ts';

/** Of people who are gone since: what waits for them, or failed for good, would keep their name and address. */
export const sweepMails = (db: Db): Promise<void> =>
  dropMails(
    db,
    `payload->>'userId' IS NOT NULL AND NOT EXISTS (SELECT 1 FROM users u WHERE u.context_id = (payload->>'contextId')::uuid AND u.user_id = (payload->>'userId')::uuid)`,
  );
