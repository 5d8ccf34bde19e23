import type { Application } from '../../applications/applications/index.ts';
import type { Ending } from '../../applications/expiry-warnings/index.ts';
import type { ApplicationId } from '../../scope.ts';
import type { PolicyRules } from '../../sign-in/sign-in-policy/index.ts';

/** Scripts rely on them: one is never renamed. `problem`: something does not work or is open; `warning`: soon, or easily; `advice`: worth a look. */
export const riskCodes = {
  'company-over-http': 'problem',
  'certificate-ended': 'problem',
  'partner-certificate-ended': 'warning',
  'client-secret-ended': 'warning',
  'certificate-ends-soon': 'warning',
  'partner-certificate-ends-soon': 'warning',
  'client-secret-ends-soon': 'warning',
  'http-address': 'warning',
  'local-address': 'warning',
  'approval-address': 'warning',
  'pattern-address': 'warning',
  'no-administrator': 'warning',
  'second-factor-off': 'warning',
  'administrators-without-second-factor': 'warning',
  'one-administrator': 'warning',
  'policy-weaker-than-approval': 'warning',
  'weak-saml-option': 'warning',
  'ended-saml-option': 'advice',
  'breached-passwords-taken': 'warning',
  'private-use-scheme': 'advice',
  'long-grants': 'advice',
  'unused-application': 'advice',
} as const satisfies Record<string, 'problem' | 'warning' | 'advice'>;
export type RiskCode = keyof typeof riskCodes;
export type Severity = (typeof riskCodes)[RiskCode];

/** The one page that mends it, by its name. */
export type RiskPage =
  | { page: 'policy' | 'certificates' | 'users' | 'settings' }
  | { page: 'application' | 'application-edit'; application: string };

export type Risk = {
  code: RiskCode;
  severity: Severity;
  page: RiskPage;
  application?: Pick<Application, 'applicationId' | 'code' | 'name'>;
  /** For its words. */
  params: Record<string, string | number>;
};
/** As the parts below find it. */
export type Found = Omit<Risk, 'severity'>;

export type RiskFacts = {
  now: Date;
  environment: 'production' | 'approval';
  /** Of the company, as people open it. */
  url: string;
  applications: Application[];
  lastUses: Map<ApplicationId, Date>;
  endings: Ending[];
  /** Those who are Activated. `withoutFactor`: names of those who have enrolled no second factor. */
  administrators: { count: number; withoutFactor: string[] };
  rules: PolicyRules;
  /** Of a production company that has one. */
  approval?: { url: string; applications: Application[]; rules: PolicyRules };
};
