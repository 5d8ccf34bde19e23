import type { Translate } from '../../../platform/i18n/index.ts';
import { describeBrowser } from '../../sign-in/sessions/index.ts';
import { factorTexts, tellPolicyValue } from '../../sign-in/sign-in-policy/index.ts';
import type { ExplanationStep, StepName } from './explanation.ts';

/** A sentence by its key below `explain.facts`. What is a time is written as one by the page, or at the terminal. */
export type Line = { key: string; params?: Record<string, string | number | Date | undefined> };

// biome-ignore lint/suspicious/noExplicitAny: facts are as each step has them
type Facts = any;
type Lines = (facts: Facts, t: Translate) => (Line | false | undefined)[];

const date = (ms: number): Date => new Date(ms);
const kinds = (t: Translate, list: string[]): string =>
  list.map((kind) => t(`${factorTexts(kind)}.${kind === 'recovery-code' ? 'code' : 'name'}`)).join(', ') || t('policy.nothing');
const code = (text: string): string => text.replace(/-/g, '_');

const byStep: Record<StepName, Lines> = {
  company: ({ name }) => [{ key: 'named', params: { name } }],
  application: ({ name, asked, protocol }) => [
    name !== undefined && { key: `application_${protocol ?? 'none'}`, params: { name } },
    name === undefined && asked && { key: 'named', params: { name: asked } },
  ],
  protocol: ({ faults }, t) =>
    faults.length === 0
      ? [{ key: 'setup_fine' }]
      : faults.slice(1).map((one: Facts) => ({ key: 'named', params: { name: t(`explain.reasons.${code(one.reason)}`) } })),
  person: ({ name, login, role, asked, entry }, t) => [
    name !== undefined && { key: 'named', params: { name: [name, login, role && t(`roles.${role}`)].filter(Boolean).join(', ') } },
    name === undefined && { key: 'named', params: { name: entry ?? asked } },
  ],
  account: ({ status, since, isLifted, endsAt, returnsOn }, t) => [
    since === undefined
      ? { key: 'named', params: { name: t(`status.${status}`) } }
      : { key: 'status', params: { status: t(`status.${status}`), since: date(since) } },
    isLifted && { key: 'block_lifted' },
    !isLifted && endsAt !== undefined && { key: 'block_ends', params: { time: date(endsAt) } },
    returnsOn && { key: 'returns_on', params: { day: returnsOn } },
  ],
  attempts: ({ limit, left, countedOn, strangersLeft, freeAt, browsers }) => [
    { key: `attempts_${countedOn}`, params: { left, limit } },
    countedOn === 'browser' && strangersLeft !== undefined && { key: 'attempts_strangers', params: { left: strangersLeft, limit } },
    freeAt !== undefined && { key: 'attempts_free', params: { time: date(freeAt) } },
    browsers?.length === 0 && { key: 'no_known_browser' },
    ...(browsers ?? []).map((one: Facts) => ({
      key: 'known_browser',
      params: { browser: describeBrowser(one.userAgent) || one.userAgent || '–', time: date(one.lastSeenAt), left: one.left, limit },
    })),
  ],
  directory: ({ name, state, agents, isAskLeft, isVerifierHeld, unavailableReason }) => [
    { key: `directory_${code(state)}`, params: { name } },
    unavailableReason !== 'no-agent' && agents === 0 && { key: 'directory_no_agent' },
    state === 'unavailable' && { key: isVerifierHeld ? 'verifier_held' : 'verifier_missing' },
    !isAskLeft && { key: 'asks_used_up' },
  ],
  password: ({ ways, state, changedAt, directory }, t) => [
    { key: `password_${state}`, params: { directory: directory ?? '' } },
    changedAt !== undefined && { key: 'password_changed', params: { time: date(changedAt) } },
    ways.length > 0 && {
      key: 'ways',
      params: {
        ways: ways
          .map((way: string) => (way === 'directory' || way === 'personal' ? t(`explain.ways.${way}`) : kinds(t, [way])))
          .join(', '),
      },
    },
  ],
  network: ({ ip, networks }, t) => [
    {
      key: networks.length === 0 ? 'network_any' : 'network_of',
      params: { ip: ip || '–', networks: tellPolicyValue(t, 'networks', networks) },
    },
  ],
  hours: ({ at, hours }, t) => [
    { key: hours.length === 0 ? 'hours_any' : 'hours_of', params: { time: date(at), hours: tellPolicyValue(t, 'hours', hours) } },
  ],
  'second-factor': ({ demand, held, accepted, isRemembered, isProven, offers }, t) => [
    demand && { key: 'demand', params: { name: t(`policy.demand_${demand}`) } },
    { key: 'factors_held', params: { kinds: kinds(t, held) } },
    demand !== 'off' && { key: 'factors_accepted', params: { kinds: kinds(t, accepted) } },
    offers && { key: 'factors_offered', params: { kinds: kinds(t, offers) } },
    !offers && isRemembered && { key: 'browser_remembered' },
    !offers && isProven && { key: 'factor_proven' },
  ],
  enrol: ({ factors }, t) => [{ key: 'enrol', params: { kinds: kinds(t, factors) } }],
  'network-password': ({ why, directory }) => [{ key: `network_password_${code(why)}`, params: { directory: directory ?? '' } }],
  'new-password': ({ why }) => [{ key: `new_password_${code(why)}` }],
  terms: ({ edition, accepted }) => [{ key: accepted > 0 ? 'terms_newer' : 'terms_first', params: { edition, accepted } }],
  access: ({ isDirect, groups, isNavigable }, t) => {
    const names = (groups ?? []).map((one: Facts) => (one.isEveryone ? t('groups.everyone') : one.name)).join(', ');
    return [
      isDirect && { key: 'assigned_directly' },
      names !== '' && { key: 'assigned_by_groups', params: { groups: names } },
      isNavigable && { key: 'navigable' },
    ];
  },
  consent: ({ given }) => [given.length > 0 ? { key: 'consent_given', params: { scopes: given.join(', ') } } : { key: 'consent_missing' }],
  release: ({ protocol, nameId }) => [protocol === 'saml' && !nameId && { key: 'name_made_later' }],
};

/** What a step was decided by, in the reader's words. */
export const tellLines = ({ step, facts, outcome }: ExplanationStep, t: Translate): Line[] =>
  // a name that cannot be made is said by the reason
  step === 'release' && outcome === 'refuses' ? [] : byStep[step](facts, t).filter((line): line is Line => Boolean(line));
