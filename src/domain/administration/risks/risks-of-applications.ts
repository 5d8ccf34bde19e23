import { type Application, adviseOn, secondsOf, usesSecret } from '../../applications/applications/index.ts';
import type { Ending } from '../../applications/expiry-warnings/index.ts';
import type { Found, RiskFacts } from './risk.ts';

const dayMs = 86_400_000;
export const unusedAfterDays = 90;
const longGrantDays = 180;

export function risksOfApplications(facts: RiskFacts): Found[] {
  const enabled = facts.applications.filter((one) => one.enabled);
  return [
    ...facts.endings.map((ending) => riskOfEnding(ending, facts.now)),
    ...enabled.flatMap((application) => risksOfSaml(application, facts.now)),
    ...(facts.environment === 'production'
      ? enabled.flatMap((application) => [...risksOfOidc(application), ...riskOfUse(application, facts)])
      : []),
  ];
}

const names = {
  'own-certificate': ['certificate-ended', 'certificate-ends-soon'],
  'partner-certificate': ['partner-certificate-ended', 'partner-certificate-ends-soon'],
  'client-secret': ['client-secret-ended', 'client-secret-ends-soon'],
} as const;

function riskOfEnding({ kind, notAfter, application }: Ending, now: Date): Found {
  const code = names[kind][notAfter <= now ? 0 : 1];
  const params = { date: notAfter.toISOString().slice(0, 10) };
  if (!application) return { code, page: { page: 'certificates' }, params };
  const page = kind === 'client-secret' ? 'application' : 'application-edit';
  return {
    code,
    page: { page, application: application.applicationId },
    application,
    params: { ...params, application: application.name },
  };
}

const risksOfSaml = (application: Application, now: Date): Found[] =>
  (application.saml ? adviseOn(application.saml, now) : []).map(({ option, state, value }) => ({
    code: state === 'ended' ? 'ended-saml-option' : 'weak-saml-option',
    page: { page: 'application-edit', application: application.applicationId },
    application,
    params: { application: application.name, option, value },
  }));

function risksOfOidc(application: Application): Found[] {
  const { oidc, name } = application;
  if (!oidc) return [];
  const found: Found[] = [];
  const note = (code: Found['code'], params: Found['params']) =>
    found.push({
      code,
      page: { page: 'application-edit', application: application.applicationId },
      application,
      params: { application: name, ...params },
    });
  // a scheme without a dot is nobody's: any program on the device may take it (RFC 8252 §8.4)
  const open = oidc.redirect_uris.find((uri) => /^[a-z][a-z0-9+-]*:/i.test(uri) && !/^https?:/i.test(uri));
  if (open) note('private-use-scheme', { address: open });
  const days = Math.floor(secondsOf(oidc, 'grant_seconds') / 86_400);
  if (oidc.grant_types.includes('refresh_token') && days > longGrantDays) note('long-grants', { days });
  return found;
}

/** For one that only requests tokens of its own, its secret tells; with a key of its own, nothing does. */
const isTold = ({ oidc, saml }: Application): boolean =>
  saml !== undefined || !oidc || usesSecret(oidc) || oidc.grant_types.some((type) => type !== 'client_credentials');

function riskOfUse(application: Application, { now, lastUses }: RiskFacts): Found[] {
  const longAgo = new Date(now.getTime() - unusedAfterDays * dayMs);
  const last = lastUses.get(application.applicationId);
  if (!isTold(application) || application.createdAt >= longAgo || (last && last >= longAgo)) return [];
  return [
    {
      code: 'unused-application',
      page: { page: 'application', application: application.applicationId },
      application,
      params: { application: application.name, days: unusedAfterDays, date: last?.toISOString().slice(0, 10) ?? '' },
    },
  ];
}
