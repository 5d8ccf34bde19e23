import { expect } from 'chai';
import { errors } from 'oidc-provider';
import { errorCodes } from '../../scripts/errors-page.ts';
import {
  explainReasons,
  mendOfReason,
  mendPages,
  type RefusalReason,
  refusalReasons,
} from '../../src/domain/administration/explanations/index.ts';
import { accessReasons, decide } from '../../src/domain/applications/access/index.ts';
import { isOidcReason, oidcReasons } from '../../src/domain/records/refusals/index.ts';
import { type Facts, keptOutReasons, nextStep, signInReasons } from '../../src/domain/sign-in/authentication/index.ts';
import { createI18n, locales } from '../../src/platform/i18n/index.ts';
import { gateRules } from '../../src/platform/saml/index.ts';
import { libraryWords, reasonOf } from '../../src/web/oidc/refusal-reason.ts';
import { reasonText } from '../../src/web/request/index.ts';

const i18n = createI18n(new URL('../../views/', import.meta.url));
const keyOf = (reason: string): string => reason.replace(/[.:-]/g, '_');

/** Every combination of a few values of each fact. */
function* combinations<T extends Record<string, readonly unknown[]>>(values: T): Generator<{ [K in keyof T]: T[K][number] }> {
  const names = Object.keys(values);
  const sizes = names.map((name) => values[name]!.length);
  const total = sizes.reduce((product, size) => product * size, 1);
  for (let n = 0; n < total; n++) {
    let rest = n;
    yield Object.fromEntries(
      names.map((name, i) => {
        const value = values[name]![rest % sizes[i]!];
        rest = Math.floor(rest / sizes[i]!);
        return [name, value];
      }),
    ) as { [K in keyof T]: T[K][number] };
  }
}

describe('every refusal and its explanation', () => {
  const all = Object.values(refusalReasons).flat();

  for (const [kind, reasons] of Object.entries(refusalReasons))
    it(`${kind}: each reason is told in three languages, with who or what mends it`, () => {
      expect(reasons.length).to.be.greaterThan(4);
      for (const reason of reasons) {
        for (const locale of locales) {
          const text = reasonText(i18n, i18n.for(locale), reason);
          expect(text, `${locale} ${reason}`).to.not.equal(reason);
          expect(text, `${locale} ${reason}`).to.match(/\S{2,}/);
        }
        expect(['self', 'partner', ...mendPages], reason).to.include(mendOfReason[reason]);
      }
    });

  it('no two languages say the same of a reason', () => {
    for (const reason of all) {
      const texts = locales.map((locale) => reasonText(i18n, i18n.for(locale), reason));
      expect(new Set(texts).size, `${reason}: ${texts[0]}`).to.equal(locales.length);
    }
  });

  it('the list of menders names every reason and no other', () => {
    expect(Object.keys(mendOfReason).sort()).to.deep.equal([...new Set<string>(all)].sort());
  });

  it('decide gives the reasons of the list, each of them', () => {
    const seen = new Set<string>();
    for (const { person, application, direct } of combinations({
      person: [undefined, { status: 'activated' }, { status: 'blocked' }, { status: 'invited' }, { status: 'deactivated' }] as const,
      application: [
        undefined,
        { enabled: true, navigable: false },
        { enabled: false, navigable: false },
        { enabled: true, navigable: true },
      ],
      direct: [true, false],
    })) {
      const verdict = decide({ person, application, assignment: { direct, byGroup: false, byEveryone: false } });
      if (!verdict.allowed) seen.add(verdict.reason);
    }
    expect([...seen].sort()).to.deep.equal([...accessReasons].sort());
  });

  it('nextStep keeps people out by the reasons of the list, each of them', () => {
    const seen = new Set<string>();
    for (const { keepsOut, demand, factors, holdsAny } of combinations({
      keepsOut: [undefined, 'network', 'hours'] as const,
      demand: ['off', 'optional', 'required'] as const,
      factors: [[], ['totp']] as ('totp' | 'passkey')[][],
      holdsAny: [true, false],
    })) {
      const facts: Facts = {
        now: 1000,
        demands: {},
        session: { sessionId: 's', userId: 'u', authenticatedAt: 1000, amr: ['pwd'] },
        policy: { demand, factors, ...(keepsOut && { keepsOut }) },
        enrolled: { factors: [], holdsAny, hasRecoveryCodes: false },
      };
      const step = nextStep(facts);
      if (step.step === 'kept-out') seen.add(step.why);
    }
    expect([...seen].sort()).to.deep.equal([...keptOutReasons].sort());
    for (const why of keptOutReasons) {
      expect(signInReasons).to.include(`kept-out-${why}`);
      expect(explainReasons).to.include(`kept-out-${why}`);
    }
  });

  it('whatever the library of OpenID Connect refuses has a reason of the list', () => {
    const words = Object.values(errors)
      .map((Kind) => {
        const made = new (Kind as unknown as new (text: string) => { error?: string })('said');
        return made.error;
      })
      .filter((error) => error !== undefined);
    expect(words.length).to.be.greaterThan(30);
    for (const error of words) {
      const reason = reasonOf({ error, description: 'said' });
      if (reason !== undefined) expect(oidcReasons, error).to.include(reason);
    }
    for (const [, , reason] of libraryWords)
      if (reason !== 'used-before' && reason !== 'unknown') expect(isOidcReason(reason), reason).to.equal(true);
  });

  it('the rules of the gate of SAML are all of its reasons', () => {
    expect([...refusalReasons.saml]).to.deep.equal([...gateRules]);
  });

  it('whatever a page can say it could not do is told in three languages', () => {
    const codes = [...errorCodes().keys(), 'cookies_missing'];
    expect(codes.length).to.be.greaterThan(60);
    const ofPages = codes.filter((code) => i18n.exists(`errors.${code}`));
    for (const code of ['not_found', 'forged_form', 'link_over', 'signed_out', 'step_due', 'server_error', 'cookies_missing'])
      expect(ofPages).to.include(code);
    for (const code of ofPages) for (const locale of locales) expect(i18n.for(locale)(`errors.${code}`), code).to.match(/\S{2,}/);
  });

  it('what only says that there is such a key is no explanation', () => {
    const untold: RefusalReason[] = all.filter((reason) => i18n.for('en')(`audit.reasons.${keyOf(reason)}`) === keyOf(reason));
    expect(untold).to.deep.equal([]);
  });
});
