import type { Risk } from './risk.ts';

type Words = { key: string; params?: Record<string, string | number> };

const nameOf = (code: string): string => code.replaceAll('-', '_');

/** Message keys of what it is, in the order of its sentences; what SAML options and parts of the policy are called is said as on their own pages. */
export function riskWords({ code, params }: Risk): Words[] {
  const { option, part } = params;
  if (code === 'weak-saml-option' || code === 'ended-saml-option') {
    const why = code === 'ended-saml-option' ? 'ended' : `${option}.weakens`;
    return [{ key: `risks.${nameOf(code)}`, params }, { key: `saml_options.${option}.label` }, { key: `saml_options.${why}` }];
  }
  if (code === 'policy-weaker-than-approval')
    return [{ key: `risks.${nameOf(code)}`, params }, { key: `policy.parts.${String(part).replace('.', '_')}` }];
  if (code === 'unused-application') return [{ key: `risks.${nameOf(code)}${params.date ? '' : '_never'}`, params }];
  return [{ key: `risks.${nameOf(code)}`, params }];
}
