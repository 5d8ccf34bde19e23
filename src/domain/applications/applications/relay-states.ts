import { z } from 'zod';

/** The beginning of a token that no browser takes for an address to open, such as `ss:mem:`. */
const token = /^(?!(?:https?|javascript|data|vbscript|file|blob|about|view-source):)[A-Za-z][A-Za-z0-9_-]*:[\w:.-]+$/i;

/** An https address up to a part of its path; what follows cannot change the host. */
const page = /^https:\/\/[a-z0-9.-]+(?::\d{1,5})?\//i;

const isClean = (value: string): boolean =>
  value.length <= 1000 && !/[\p{C}\p{Z}\\]/u.test(value) && !/^(?:javascript|data|vbscript):/i.test(value);

/** One that a launch may carry: word by word, or by its beginning, which ends in `*`: `https://console.example.com/*`, `ss:mem:*`. */
export const relayStatePattern = z
  .string()
  .trim()
  .refine((text) => {
    const begins = text.endsWith('*');
    const rest = begins ? text.slice(0, -1) : text;
    if (rest === '' || rest.includes('*') || !isClean(rest)) return false;
    return !begins || page.test(rest) || token.test(rest);
  }, 'fields.relay_state_pattern')
  .meta({ pattern: '^\\s*[^\\s\\\\]+\\s*$' });

/** Dots in a path would lead out of what the beginning names. */
const staysBelow = (beginning: string, relayState: string): boolean =>
  !page.test(beginning) || (URL.canParse(relayState) && new URL(relayState).href.startsWith(new URL(beginning).href));

/** Whether the administrator has allowed this one for sign-ins that begin here. */
export const isAllowedRelayState = (patterns: readonly string[] | undefined, relayState: string): boolean =>
  isClean(relayState) &&
  (patterns ?? []).some((pattern) =>
    pattern.endsWith('*')
      ? relayState.startsWith(pattern.slice(0, -1)) && staysBelow(pattern.slice(0, -1), relayState)
      : relayState === pattern,
  );
