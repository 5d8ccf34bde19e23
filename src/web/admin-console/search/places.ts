import type { PageContext } from '../../request/index.ts';
import { synonyms } from './synonyms.ts';

/** A page of the console, or a part of one. @property name key of what it is called @property under key of the page, or part of the menu, that it is in */
export type Place = { key: string; path: string; name: string; under?: string };

const inMenu = (key: string, path: string, under?: string): Place => ({ key, path, name: `nav.${key}`, under: under && `nav.${under}` });
const part = (key: string, path: string, under: string): Place => ({ key, path, name: `search_places.${key}`, under: `nav.${under}` });

export const places: Place[] = [
  inMenu('home', '/admin'),
  { key: 'risks', path: '/admin/risks', name: 'risks.title', under: 'nav.home' },
  inMenu('users', '/admin/users', 'people'),
  part('new_user', '/admin/users/new', 'users'),
  part('import_users', '/admin/users/import', 'users'),
  part('export_users', '/admin/users/export', 'users'),
  inMenu('groups', '/admin/groups', 'people'),
  part('new_group', '/admin/groups/new', 'groups'),
  inMenu('directories', '/admin/directories', 'people'),
  inMenu('applications', '/admin/applications'),
  inMenu('catalogue', '/admin/catalogue', 'applications'),
  inMenu('apis', '/admin/apis', 'applications'),
  inMenu('policy', '/admin/policy', 'sign_in'),
  part('identifiers', '/admin/policy#identifiers', 'policy'),
  part('second_factor', '/admin/policy#second-factor', 'policy'),
  part('password', '/admin/policy#password', 'policy'),
  part('lockout', '/admin/policy#lockout', 'policy'),
  part('session', '/admin/policy#session', 'policy'),
  part('place_and_time', '/admin/policy#place-and-time', 'policy'),
  part('overrides', '/admin/policy#overrides', 'policy'),
  part('effective_rules', '/admin/policy#example', 'policy'),
  inMenu('explain', '/admin/explain', 'sign_in'),
  inMenu('new_accounts', '/admin/new-accounts', 'sign_in'),
  inMenu('profiles', '/admin/profiles', 'sign_in'),
  inMenu('consent', '/admin/consent', 'sign_in'),
  inMenu('branding', '/admin/branding', 'appearance'),
  inMenu('custom_fields', '/admin/custom-fields', 'appearance'),
  inMenu('messages', '/admin/messages', 'appearance'),
  inMenu('audit', '/admin/audit', 'trust'),
  part('export_audit', '/admin/audit/export', 'audit'),
  part('retention', '/admin/audit/retention', 'audit'),
  inMenu('keys', '/admin/keys', 'trust'),
  inMenu('certificates', '/admin/certificates', 'trust'),
  inMenu('operations', '/admin/operations', 'environment'),
  inMenu('environments', '/admin/environments', 'environment'),
  inMenu('promotion', '/admin/promotion', 'environment'),
  inMenu('settings', '/admin/settings', 'environment'),
  inMenu('guides', '/admin/guides'),
  part('time_zone', '/admin/settings#timeZone', 'settings'),
];

const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const wordsOf = (text: string): string[] =>
  fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

/** Those of which every word begins a word of their name or of what they are also looked for by; whose name it begins come first, then whose name has all of them. */
export function findPlaces({ t, locale, pair }: PageContext, text: string): Place[] {
  const sought = wordsOf(text);
  if (sought.length === 0) return [];
  const isIn = (words: string[]) => sought.every((one) => words.some((word) => word.startsWith(one)));
  return places
    .filter(({ key }) => key !== 'promotion' || pair?.environment === 'approval')
    .flatMap((place) => {
      const name = t(place.name);
      if (fold(name).startsWith(fold(text.trim()))) return [{ place, rank: 0 }];
      if (isIn(wordsOf(name))) return [{ place, rank: 1 }];
      return isIn(wordsOf(`${name} ${synonyms[place.key]![locale]}`)) ? [{ place, rank: 2 }] : [];
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ place }) => place);
}
