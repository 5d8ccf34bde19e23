import type Koa from 'koa';
import { readCookie, serializeCookie } from '../../platform/http/index.ts';

const themes = ['light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const name = 'portaria_theme';
const year = 365 * 24 * 3600;

/** What the browser's person chose; without a choice pages follow the system. It says nothing about the person, and holds for all companies of the host. */
export const themeOf = (ctx: Koa.Context): Theme | undefined => {
  const value = readCookie(ctx.get('cookie'), name);
  return themes.find((theme) => theme === value);
};

/** The cookie of a choice; anything but `light` and `dark` gives it back to the system. */
export function themeCookie(choice: string, secure: boolean): string {
  const theme = themes.find((one) => one === choice);
  return serializeCookie(name, theme, theme ? { secure, maxAgeSeconds: year } : { secure });
}
