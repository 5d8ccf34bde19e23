import { type Found, type Risk, type RiskFacts, riskCodes, type Severity } from './risk.ts';
import { risksOfAddresses } from './risks-of-addresses.ts';
import { risksOfApplications } from './risks-of-applications.ts';
import { risksOfPolicy } from './risks-of-policy.ts';

const weight: Record<Severity, number> = { problem: 0, warning: 1, advice: 2 };

/** What is worse stands first; of one kind they stand as they were found. In approval people try things out: there only what stops working is told, and what SAML gives away. */
export function findRisks(facts: RiskFacts): Risk[] {
  const found: Found[] = [
    ...risksOfApplications(facts),
    ...(facts.environment === 'production' ? [...risksOfAddresses(facts), ...risksOfPolicy(facts)] : []),
  ];
  const order = Object.keys(riskCodes);
  return found
    .map((one): Risk => ({ ...one, severity: riskCodes[one.code] }))
    .sort((a, b) => weight[a.severity] - weight[b.severity] || order.indexOf(a.code) - order.indexOf(b.code));
}
