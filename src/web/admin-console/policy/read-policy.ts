import { factorKinds } from '../../../domain/sign-in/credentials/factors/index.ts';
import { characterClasses } from '../../../domain/sign-in/credentials/password/index.ts';
import type { Form } from '../../../platform/http/index.ts';
import { readTimeZone } from '../time-zones.ts';

const yes = (form: Form, name: string): boolean => form.get(name) === 'yes';
const chosen = <T extends string>(form: Form, name: string, all: readonly T[]): T[] => all.filter((one) => form.all(name).includes(one));

/** Undefined without a day: then there are no hours. */
function readHours(form: Form): Record<string, unknown> | undefined {
  const days = form.all('hours.days').map(Number);
  return days.length > 0
    ? { days, from: form.get('hours.from'), to: form.get('hours.to'), timeZone: readTimeZone(form.get('hours.timeZone')) }
    : undefined;
}

/** The company's rules as the form has them; field names are the paths of the rules. */
export function readBase(form: Form): Record<string, unknown> {
  const numbers = (group: string, ...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, form.get(`${group}.${name}`).trim() || 'missing']));
  return {
    identifiers: { email: yes(form, 'identifiers.email'), username: yes(form, 'identifiers.username') },
    lockout: { ...numbers('lockout', 'limit', 'decayMinutes', 'unblockAfterMinutes'), mail: yes(form, 'lockout.mail') },
    password: {
      ...numbers('password', 'minLength', 'history', 'expiryDays'),
      classes: chosen(form, 'password.classes', characterClasses),
      refuseBreached: yes(form, 'password.refuseBreached'),
    },
    session: numbers('session', 'idleMinutes', 'lifetimeHours', 'keepDays'),
    secondFactor: {
      demand: form.get('secondFactor.demand'),
      factors: chosen(form, 'secondFactor.factors', factorKinds),
      ...numbers('secondFactor', 'rememberDays'),
    },
    networks: form.lines('networks'),
    hours: readHours(form),
  };
}

/** What a group, application or role is stricter about: a field left empty is the company's. */
export function readOverride(form: Form, overrideId: string): Record<string, unknown> {
  const given = (group: string, ...names: string[]) =>
    Object.fromEntries(names.flatMap((name) => (form.get(`${group}.${name}`) === '' ? [] : [[name, form.get(`${group}.${name}`)]])));
  const classes = chosen(form, 'password.classes', characterClasses);
  const factors = chosen(form, 'secondFactor.factors', factorKinds);
  const [kind = '', id = ''] = form.get('for').split(':');
  const target = { group: { kind, groupId: id }, application: { kind, applicationId: id }, role: { kind, role: id } }[kind];
  return {
    overrideId,
    for: target ?? { kind },
    password: {
      ...given('password', 'minLength', 'history', 'expiryDays'),
      ...(classes.length > 0 ? { classes } : {}),
      ...(yes(form, 'password.refuseBreached') ? { refuseBreached: true } : {}),
    },
    session: given('session', 'idleMinutes', 'lifetimeHours'),
    secondFactor: {
      ...given('secondFactor', 'demand', 'rememberDays'),
      ...(factors.length > 0 && factors.length < factorKinds.length ? { factors } : {}),
    },
    networks: form.lines('networks'),
    hours: readHours(form),
  };
}
