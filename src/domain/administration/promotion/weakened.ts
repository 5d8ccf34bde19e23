import { type Advice, adviseOn } from '../../applications/applications/index.ts';
import { idOf } from '../configuration/index.ts';
import { readableOf } from './check-choice.ts';
import { type Comparison, objectsById, pickedOf, workOutcome } from './comparison.ts';
import type { Choice } from './promotion.ts';

type Settings = Parameters<typeof adviseOn>[0];

/** What is weaker than it could be of the applications that are brought over, as `apply` says it; by code and name. */
export function listWeakened(comparison: Comparison, choice: Choice, now: Date): (Advice & { application: string; name: string })[] {
  const written = new Set(pickedOf(comparison, choice).map(idOf));
  const { result } = workOutcome(comparison, readableOf(comparison, choice));
  return [...objectsById(result).values()]
    .filter((one) => one.kind === 'application' && written.has(idOf(one)))
    .flatMap(({ key, name, value }) => {
      const saml = value.saml as Partial<Settings> | undefined;
      return saml ? adviseOn({ signingCertificates: [], ...saml }, now).map((one) => ({ ...one, application: key, name })) : [];
    });
}

/** Whether rules of the sign-in policy among these can keep somebody out: networks, hours, second factors, by what people sign in. */
export const canKeepOut = (picked: Pick<Comparison['differences'][number], 'kind' | 'action' | 'fields'>[]): boolean =>
  picked.some(
    ({ kind, action, fields }) =>
      (kind === 'policy' || (kind === 'override' && action !== 'remove')) && fields.some(({ path }) => keepingOut.test(path)),
  );

const keepingOut = /^(?:identifiers|networks|hours|secondFactor\.(?:demand|factors)|secondFactor$)/;
