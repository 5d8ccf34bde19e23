import { strictest, weakerParts } from '../../sign-in/sign-in-policy/index.ts';
import type { Found, RiskFacts } from './risk.ts';

const page = { page: 'policy' } as const;

export function risksOfPolicy({ administrators, rules, approval }: RiskFacts): Found[] {
  const ofAdministrators = strictest(rules, { role: 'administrator', groupIds: [] });
  const found: Found[] = [];
  if (administrators.count === 0) found.push({ code: 'no-administrator', page: { page: 'users' }, params: {} });
  if (administrators.count === 1) found.push({ code: 'one-administrator', page: { page: 'users' }, params: {} });
  const { demand } = ofAdministrators.secondFactor;
  const names = administrators.withoutFactor;
  if (demand === 'off') found.push({ code: 'second-factor-off', page, params: {} });
  // who needs one is asked for it before they come in
  else if (demand === 'optional' && names.length > 0)
    found.push({
      code: 'administrators-without-second-factor',
      page,
      params: { count: names.length, names: names.slice(0, 3).join(', ') + (names.length > 3 ? ' …' : '') },
    });
  if (!rules.base.password.refuseBreached) found.push({ code: 'breached-passwords-taken', page, params: {} });
  const parts = approval ? weakerParts(rules, approval.rules) : [];
  for (const { part, own, other } of parts) found.push({ code: 'policy-weaker-than-approval', page, params: { part, own, other } });
  return found;
}
