import { z } from 'zod';
import type { SettingsKind } from '../../company/context-settings/index.ts';
import type { Actor, PromotionId } from '../../scope.ts';
import type { Difference, ObjectName } from '../configuration/index.ts';
import type { Finding } from './finding.ts';
import type { Texts } from './own-fields.ts';

const schema = z.strictObject({
  /** What one administrator promotes, another one has to agree to. */
  fourEyes: z.boolean().default(false),
});
export type PromotionRules = z.output<typeof schema>;
export const promotionRules: SettingsKind<PromotionRules> = { name: 'promotion', schema };

/** What somebody ticked, typed and took note of. */
export type Choice = {
  /** Ids of differences. */
  picked: string[];
  /** By the id of the difference. */
  values: Record<string, Texts>;
  /** Ids of warnings. */
  accepted: string[];
};

/** Of a person only the id is kept: the name is looked up while they are here. */
export type Doer = Pick<Actor, 'kind'> & { id?: string; name?: string };

export type Promotion = {
  promotionId: PromotionId;
  sourceCode: string;
  state: 'proposed' | 'declined' | 'applied' | 'undone';
  fingerprint: string;
  choice: Choice;
  askedBy: Doer;
  askedAt: Date;
  decidedBy?: Doer;
  decidedAt?: Date;
  undoneBy?: Doer;
  undoneAt?: Date;
};

/**
 * Why an object stays as it is when a promotion is undone: it was changed or removed since, came back, has people now, something needs it, it cannot be written as it was
 * (`finding` says why), or it was as before already.
 */
export type Hindrance = {
  why: 'changed' | 'gone' | 'back' | 'people' | 'needed' | 'refused' | 'as_before';
  paths?: string[];
  by?: ObjectName;
  finding?: Finding;
};

/** One object that a promotion has written. `staysBecause`: of one that was left as it is when the others were undone. */
export type PromotionObject = Omit<Difference, 'needs'> & { isUndone: boolean; staysBecause?: Hindrance };

export const doerOf = ({ kind, id, name }: Actor): Doer => (kind === 'person' ? { kind, id } : { kind, name });
