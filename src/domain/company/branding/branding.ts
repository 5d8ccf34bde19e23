import { z } from 'zod';
import { maybeLineRule } from '../../../platform/errors/index.ts';
import { locales } from '../../../platform/i18n/index.ts';
import type { SettingsKind } from '../context-settings/index.ts';

export const defaultColor = '#1f5fae';

/** Relative luminance of #rrggbb (WCAG 2.2, "relative luminance"). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** White words on it can be read: a contrast of 4.5 to 1 (WCAG 2.2 §1.4.3). */
const carriesWhite = (color: string): boolean => 1.05 / (luminance(color) + 0.05) >= 4.5;

/** The colour, lighter where it is needed to be seen on a dark page: 3 to 1 (WCAG 2.2 §1.4.11) against our surfaces, and still dark enough for white words. */
export function colorOnDark(color: string): string {
  const parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  for (let mix = 0; mix <= 100; mix++) {
    const lighter = `#${parts
      .map((part) =>
        Math.round(part + ((255 - part) * mix) / 100)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')}`;
    if (luminance(lighter) >= leastOnDark) return lighter;
  }
  return color;
}
// three times (0.012, of our dark surfaces, + 0.05), less 0.05
const leastOnDark = 0.137;

const color = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^#[0-9a-f]{6}$/, 'fields.color')
  .refine((value) => !/^#[0-9a-f]{6}$/.test(value) || carriesWhite(value), 'fields.color_contrast')
  .meta({ pattern: '^\\s*#[0-9A-Fa-f]{6}\\s*$' });

const line = z
  .string()
  .trim()
  .max(300, 'fields.text_long')
  .regex(/^\P{C}*$/u, 'fields.text_line')
  .meta(maybeLineRule(300));
const address = z
  .string()
  .trim()
  .max(500, 'fields.text_long')
  .refine(
    (value) => value === '' || (/^(https:\/\/[^\s"<>]+|mailto:[^\s"<>]+@[^\s"<>]+)$/.test(value) && URL.canParse(value)),
    'fields.link',
  )
  .meta({ pattern: '^\\s*(?:https://[^\\s"<>]+|mailto:[^\\s"<>]+@[^\\s"<>]+)?\\s*$' });

const schema = z.strictObject({
  /** Of the one button that matters on a page. */
  color: color.default(defaultColor),
  /** By language: a line on the sign-in page and one on the Launchpad. */
  texts: z.partialRecord(z.enum(locales), z.strictObject({ signIn: line.default(''), launchpad: line.default('') })).default({}),
  /** Below every page of the sign-in; '' shows none. */
  links: z.strictObject({ help: address.default(''), privacy: address.default(''), terms: address.default('') }).prefault({}),
  /** Of the logo in force, so that browsers fetch a new one; set with it. */
  logo: z.string().max(64).default(''),
});

/** What of an input that is still being typed can be shown: a part with a fault stays as it is kept. */
export function draftBranding(kept: Branding, input: BrandingInput): Branding {
  const { color, texts, links } = schema.shape;
  return {
    ...kept,
    color: color.safeParse(input.color).data ?? kept.color,
    texts: texts.safeParse(input.texts).data ?? kept.texts,
    links: links.safeParse(input.links).data ?? kept.links,
  };
}

/** A colour that a company may have: `#rrggbb` that carries white words. @returns undefined for any other text */
export const readColor = (text: string): string | undefined => color.safeParse(text).data;

export type Branding = z.output<typeof schema>;
/** As a form or a program gives it; the logo is a file of its own. */
export type BrandingInput = Omit<z.input<typeof schema>, 'logo'>;
export const brandingSettings: SettingsKind<Branding> = { name: 'branding', schema };
export const isDefaultColor = (branding: Branding): boolean => branding.color === defaultColor;
