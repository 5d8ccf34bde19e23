import { expect } from 'chai';
import type { ExplainFacts } from '../../../../src/domain/administration/explanations/index.ts';
import { createI18n, locales } from '../../../../src/platform/i18n/index.ts';
import { presentExplanation } from '../../../../src/web/admin-console/explain/present.ts';
import { type Change, directory, explained, fine, now, policy, refusals } from '../../../domain/administration/explanations/facts.ts';

const i18n = createI18n(new URL('../../../../views/', import.meta.url));

/** Besides what refuses: all that can be said of somebody who gets in. */
const others: Change[] = [
  {},
  policy({ demand: 'required' }, { terms: { edition: 2, accepted: 1 } }),
  policy({ demand: 'required' }, { terms: { edition: 1, accepted: 0 }, password: { changedAt: 1, mustChange: 'temporary' } }),
  policy({}, { password: { changedAt: 1, mustChange: 'expired' } }),
  policy({}, { password: { changedAt: 1, mustChange: 'policy' } }),
  policy({}, { enrolled: { factors: ['totp'], holdsAny: true, hasRecoveryCodes: true } }),
  policy({ demand: 'off' }, { isRemembered: true }),
  ...(['expired', 'must-change'] as const).map((networkPassword) =>
    policy({}, { proven: { ...fine.signIn!.proven!, directoryId: 'd', networkPassword } }),
  ),
  ...[true, false].map((isVerifierHeld) => directory({ state: 'unavailable', agents: 0, isVerifierHeld })),
  { proof: { ...fine.proof!, personal: { changedAt: 1, mustChange: true, counts: true } } },
  { isKnownBrowser: true, attempts: { ...fine.attempts!, browsers: [{ used: 1, lastAt: now, userAgent: 'Firefox', lastSeenAt: now }] } },
  { reach: { isDirect: true, isNavigable: true, groups: [{ groupId: 'g', name: 'Everyone', isEveryone: true }] } },
  { consent: { given: [] } },
  { consent: { given: ['profile'] } },
  { release: { protocol: 'saml', attributes: [] } },
  { application: { ...fine.application!, protocol: 'saml' } },
];

describe('web: the words of Explain', () => {
  const all = [...others, ...Object.values(refusals).map(([change]) => change)];
  for (const locale of locales)
    it(`${locale}: everything that can be explained has its sentence`, () => {
      const t = i18n.for(locale);
      for (const change of all) {
        const facts: ExplainFacts = JSON.parse(JSON.stringify({ ...fine, ...change }));
        const shown = presentExplanation(t, facts, explained(change));
        const lines = shown.steps.flatMap((step) => step.lines.map(({ key, params }) => t(`explain.facts.${key}`, params)));
        const texts = JSON.stringify([shown, lines]);
        expect(texts, texts).not.to.match(/explain\.[a-z]+\.|\{\{|undefined|policy\.[a-z]+/);
      }
    });
});
