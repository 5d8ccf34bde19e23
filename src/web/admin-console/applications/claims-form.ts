import {
  type ClaimScope,
  type ClaimSettings,
  type ClaimTarget,
  claimScopes,
  claimTargets,
  defaultMostValues,
  defaultScope,
  defaultTargets,
  isPersonClaim,
  type StandardClaim,
  standardClaims,
} from '../../../domain/applications/applications/index.ts';
import { listCustomFields } from '../../../domain/company/custom-fields/index.ts';
import type { PageContext } from '../../request/index.ts';

type Typed = Record<string, unknown>;

const isDefault = (into: readonly string[]): boolean =>
  into.length === defaultTargets.length && defaultTargets.every((one) => into.includes(one));

/** What the form says an application is told; a setting that is as it would be without a word is left out. */
export function readClaimSettings({ form }: PageContext): Typed {
  // a page that is older than this part of the form says nothing of it
  if (!form.has('shown_claims')) return { claims: readClaims(form) };
  const most = form.get('most_values').trim();
  return {
    claims: readClaims(form),
    standard_claims: readStandardClaims(form),
    id_token_claims: form.get('id_token_claims') === 'requested' ? 'requested' : undefined,
    groups_claim: readGroups(form),
    most_values: most === '' ? undefined : /^\d+$/.test(most) ? Number(most) : most,
    subject_type: form.get('subject_type') === 'pairwise' ? 'pairwise' : undefined,
    sector_identifier_uri: form.get('sector_identifier_uri').trim() || undefined,
  };
}

type Form = PageContext['form'];

/** A name without words is a line that nobody filled in. */
function readClaims(form: Form): Typed[] | undefined {
  const [sources, texts, scopes] = ['claim_from', 'claim_text', 'claim_scope'].map((name) => form.all(name)) as [
    string[],
    string[],
    string[],
  ];
  const claims = form.all('claim_name').flatMap((name, i) => {
    if (name.trim() === '') return [];
    const [source, text = ''] = [sources[i], texts[i]];
    const into = form.all(`claim_into_${i}`);
    const from = source === 'fixed' ? { value: text } : source === 'template' ? { template: text } : { from: source };
    const scope = scopes[i] === defaultScope ? undefined : (scopes[i] as ClaimScope | undefined);
    const isTold = form.has('shown_claims') && !isDefault(into);
    return [{ name: name.trim(), ...from, ...(scope ? { scope } : {}), ...(isTold ? { into } : {}) }];
  });
  return claims.length > 0 ? claims : undefined;
}

function readStandardClaims(form: Form): Typed | undefined {
  const told = form
    .all('shown_claims')
    .map((name) => [name, form.all(`told_${name}`)] as const)
    .filter(([, into]) => !isDefault(into));
  return told.length > 0 ? Object.fromEntries(told) : undefined;
}

function readGroups(form: Form): Typed | undefined {
  const only = form.get('groups_only');
  const names = form.lines('groups_names').map((line) => {
    // a name may have the sign itself: with spaces around it is the one that is meant
    const [group = '', ...as] = line.split(line.includes(' = ') ? ' = ' : /\s*=\s*/);
    return as.length > 0 ? { group, as: as.join(' = ') } : { group };
  });
  const said = {
    only: only === 'all' || only === '' ? undefined : only,
    prefix: form.get('groups_prefix') || undefined,
    strip_prefix: form.get('groups_strip') === 'yes' || undefined,
    names: names.length > 0 ? names : undefined,
  };
  return Object.values(said).some((one) => one !== undefined) ? said : undefined;
}

/** What the part of the form shows; `claims` may be as they were typed. */
export async function presentClaimSettings({ scope, form }: PageContext, typed: Partial<Record<keyof ClaimSettings, unknown>> = {}) {
  const filled = new Set((await listCustomFields(scope)).map(({ claim }) => claim?.split('.')[0]));
  const own = (typed.standard_claims ?? {}) as Partial<Record<StandardClaim, ClaimTarget[]>>;
  const standard = (Object.keys(standardClaims) as StandardClaim[])
    .filter((name) => isPersonClaim(name) || filled.has(name) || own[name])
    .map((name) => ({ name, scope: standardClaims[name], into: own[name] ?? defaultTargets }));
  const groups = (typed.groups_claim ?? {}) as NonNullable<ClaimSettings['groups_claim']>;
  return {
    targets: claimTargets,
    scopes: claimScopes,
    defaultScope,
    defaultTargets,
    defaultMostValues,
    standard,
    claims: [...((typed.claims as object[] | undefined) ?? []), {}, {}, {}],
    groups,
    groupNames: (groups.names ?? []).map(({ group, as }) => (as === undefined ? group : `${group} = ${as}`)).join('\n'),
    isNarrowed: Object.keys(own).length > 0 || typed.id_token_claims === 'requested',
    limitsGroups: Object.keys(groups).length > 0 || typed.most_values !== undefined,
    newSubjects: form?.get('new_subjects') === 'yes',
  };
}
