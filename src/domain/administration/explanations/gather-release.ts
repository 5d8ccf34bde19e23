import type { Profile } from '../../applications/access/index.ts';
import { type Application, claimScopes, claimTargets } from '../../applications/applications/index.ts';
import { describePerson, isNamedLater, releasedClaims, subjectOf } from '../../applications/assertions/index.ts';
import type { Scope } from '../../scope.ts';
import type { ReleaseFacts } from './explain-facts.ts';

/** What the application would be told about a person: made as for a sign-in, and neither sent nor kept. */
export async function gatherRelease(
  scope: Scope,
  { applicationId, oidc, saml }: Application,
  person: Profile,
  entityId: string,
): Promise<ReleaseFacts | undefined> {
  if (oidc) {
    const scopes = new Set<string>(claimScopes);
    const sub = await subjectOf(scope, oidc, person.userId);
    const documents = [];
    for (const into of claimTargets) {
      const claims = await releasedClaims(scope, { applicationId, oidc }, person, { into, scopes });
      documents.push({ into, claims: JSON.parse(JSON.stringify({ sub, ...claims })) as Record<string, unknown> });
    }
    return { protocol: 'oidc', documents };
  }
  if (!saml) return undefined;
  const told = await describePerson(scope, { applicationId, saml }, person, entityId, { isPreview: true });
  if (told.outcome === 'described') {
    const { format, value } = told.nameId;
    return { protocol: 'saml', nameId: { format, value }, attributes: told.attributes.map(({ name, values }) => ({ name, values })) };
  }
  return { protocol: 'saml', attributes: [], ...(isNamedLater(saml, told) ? {} : { fault: told.fault }) };
}
