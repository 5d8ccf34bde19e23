import { z } from 'zod';
import { fromDigits } from '../../../platform/errors/index.ts';
import { loadSettings, type SettingsKind } from '../../company/context-settings/index.ts';
import { purgeEvents } from '../../records/audit/index.ts';
import type { Scope } from '../../scope.ts';

const schema = z.strictObject({
  /** 0 is for ever. Less than a month would delete what somebody is still looking into. */
  days: z
    .preprocess(
      fromDigits,
      z
        .number('fields.retention')
        .int('fields.retention')
        .refine((days) => days === 0 || (days >= 30 && days <= 36_500), 'fields.retention'),
    )
    .default(0),
});

export const auditRetention: SettingsKind<z.output<typeof schema>> = { name: 'audit-retention', schema };

/** What is older is over its time. */
export const retainedSince = ({ clock }: Scope, days: number): Date => new Date(clock.now().getTime() - days * 86_400_000);

/** @returns how many events were over their time */
export async function purgeOldEvents(scope: Scope): Promise<number> {
  const { days } = (await loadSettings(scope, auditRetention)).value;
  if (days === 0) return 0;
  return purgeEvents(scope, retainedSince(scope, days));
}
