import { type FactorKind, factorsUsableAt, type Place } from '../../domain/sign-in/credentials/factors/index.ts';
import { factorTexts } from '../../domain/sign-in/sign-in-policy/index.ts';
import type { PageContext } from './route.ts';

/** Where a factor is used: always the company's configured address, never one that a request names. */
export const placeOf = ({ context, browser, services }: Pick<PageContext, 'context' | 'browser' | 'services'>): Place => ({
  origin: context.origin,
  company: context.name,
  browser,
  artifacts: services.artifacts,
});

/** Those that browsers can use at the company's address. */
export const usableFactors = ({ context }: Pick<PageContext, 'context'>): FactorKind[] => factorsUsableAt(context.origin);

/** The kind that the person wants, of those on offer: the form's word, or the address's, or the first. */
export const chosenOf = <Kind extends string>({ form, query }: PageContext, kinds: Kind[]): Kind =>
  kinds.find((kind) => kind === (form.get('factor') || query('factor'))) ?? kinds[0]!;

export { factorTexts };
