import { Cache } from '../../platform/cache/index.ts';
import { canonicalTimeZone } from '../../platform/clock/index.ts';
import { type Locale, locales } from '../../platform/i18n/index.ts';

/** @property name with its offset from UTC now, as it is shown and read @property note what people there call it */
export type ShownZone = { zone: string; name: string; note: string };

const all = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** Names that the zones have had for years, of those that programs still know by the one before. */
const renamed: Record<string, string> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Godthab': 'America/Nuuk',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

const regions: Record<Locale, Record<string, string>> = {
  en: {},
  es: {
    Africa: 'África',
    America: 'América',
    Antarctica: 'Antártida',
    Arctic: 'Ártico',
    Atlantic: 'Atlántico',
    Europe: 'Europa',
    Indian: 'Índico',
    Pacific: 'Pacífico',
  },
  'pt-BR': {
    Africa: 'África',
    America: 'América',
    Antarctica: 'Antártida',
    Arctic: 'Ártico',
    Asia: 'Ásia',
    Atlantic: 'Atlântico',
    Australia: 'Austrália',
    Europe: 'Europa',
    Indian: 'Índico',
    Pacific: 'Pacífico',
  },
};

/** The names of zones have no accents; their cities do. */
const cities: Record<string, string> = {
  Araguaina: 'Araguaína',
  Asuncion: 'Asunción',
  Belem: 'Belém',
  Bogota: 'Bogotá',
  Cancun: 'Cancún',
  Cordoba: 'Córdoba',
  Cuiaba: 'Cuiabá',
  Eirunepe: 'Eirunepé',
  Maceio: 'Maceió',
  Mazatlan: 'Mazatlán',
  Merida: 'Mérida',
  Panama: 'Panamá',
  Santarem: 'Santarém',
  'Sao Paulo': 'São Paulo',
  Tucuman: 'Tucumán',
};

/** As somebody reads it in this language, such as `América/São Paulo`. */
export function nameOfZone(locale: Locale, zone: string): string {
  const [region, ...parts] = (renamed[zone] ?? zone).replaceAll('_', ' ').split('/');
  return [regions[locale][region!] ?? region, ...parts.map((part) => cities[part] ?? part)].join('/');
}

// two thousand formats a day, and not at each page
const kept = new Cache<ShownZone[]>({ name: 'time_zones', max: 10, ttlMs: 3_600_000 });

/** Each zone once, from west to east. */
export function listTimeZones(locale: Locale, now: Date): ShownZone[] {
  const known = kept.get(locale);
  if (known) return known;
  const partOf = (language: string, timeZone: string, timeZoneName: 'longOffset' | 'longGeneric') =>
    new Intl.DateTimeFormat(language, { timeZone, timeZoneName }).formatToParts(now).find(({ type }) => type === 'timeZoneName')?.value ??
    '';
  const minutesOf = (offset: string) => {
    const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(offset) ?? [];
    return Number(`${sign ?? '+'}${Number(hours ?? 0) * 60 + Number(minutes ?? 0)}`);
  };
  const zones = all
    .map((zone) => {
      const offset = partOf('en', zone, 'longOffset').replace('GMT', '') || '+00:00';
      const said = partOf(locale, zone, 'longGeneric');
      return { zone, place: nameOfZone(locale, zone), offset, note: /^GMT|^UTC/.test(said) ? '' : said };
    })
    .sort((a, b) => minutesOf(a.offset) - minutesOf(b.offset) || a.place.localeCompare(b.place, locale))
    .map(({ zone, place, offset, note }) => ({ zone, name: `(UTC${offset.replace('-', '−')}) ${place}`, note }));
  kept.set(locale, zones);
  return zones;
}

/** The zone as the list has it; what is none as it was typed. */
export function shownZone(zones: ShownZone[], zone: string): string {
  const known = canonicalTimeZone(zone);
  return zones.find((one) => one.zone === known)?.name ?? zone;
}

const fold = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('_', ' ').trim();

/** The zone that was chosen or typed, in whatever language, by its whole name or by a city that only one has; what is none is handed on as it is, to be refused. */
export function readTimeZone(typed: string): string {
  const text = fold(typed.replace(/^\s*\([^)]*\)/, ''));
  const namesOf = (zone: string) => [zone, renamed[zone] ?? zone, ...locales.map((locale) => nameOfZone(locale, zone))].map(fold);
  const whole = all.find((zone) => namesOf(zone).includes(text));
  if (whole) return whole;
  const ofCity = all.filter((zone) => namesOf(zone).some((name) => text !== '' && name.endsWith(`/${text}`)));
  return ofCity.length === 1 ? ofCity[0]! : typed.trim();
}
