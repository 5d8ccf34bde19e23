import { z } from 'zod';
import { lineRule, wordsRule } from '../../../platform/errors/index.ts';
import { type Locale, locales } from '../../../platform/i18n/index.ts';
import { useCase } from '../../scope.ts';
import { changeSettings, loadSettings, type SettingsKind } from '../context-settings/index.ts';

/** Every mail there is, with what its words may name besides the company. The texts of the product stand in views/mail. */
export const mailKinds = {
  invitation: ['firstName', 'days'],
  registration: ['hours'],
  already_registered: ['firstName'],
  recovery: ['firstName', 'minutes'],
  network_recovery: ['firstName'],
  password_changed: ['firstName'],
  own_password_changed: ['firstName'],
  second_factor_added: ['firstName', 'name'],
  second_factor_removed: ['firstName', 'name'],
  users_exported: ['firstName', 'count', 'hours'],
  blocked: ['firstName', 'limit'],
  second_factor_reset: ['firstName'],
  email_change: ['firstName', 'email', 'hours'],
  email_confirm: ['firstName', 'email', 'hours'],
  email_changed: ['firstName', 'email'],
  recovery_email: ['firstName', 'email', 'hours'],
  recovery_email_asked: ['firstName', 'email'],
  recovery_email_changed: ['firstName'],
  own_certificate: ['firstName', 'days', 'notAfter', 'fingerprint'],
  partner_certificate: ['firstName', 'days', 'notAfter', 'fingerprint', 'application'],
  client_secret: ['firstName', 'days', 'notAfter', 'application'],
  agent_enrolled: ['firstName', 'directory', 'agent', 'time'],
  directory_stopped: ['firstName', 'directory', 'changes', 'leaving'],
  directory_away: ['firstName', 'directory', 'time'],
  directory_back: ['firstName', 'directory', 'time'],
} as const satisfies Record<string, readonly string[]>;

export type MailName = keyof typeof mailKinds;
export const mailNames = Object.keys(mailKinds) as MailName[];

const placeholder = /\{\{\s*(\w+)\s*\}\}/g;

const line = z
  .string()
  .trim()
  .max(200, 'fields.text_long')
  .regex(/^\P{C}*$/u, 'fields.text_line')
  .min(1, 'fields.required')
  .meta(lineRule(200));
const text = z.strictObject({
  subject: line,
  body: z.string().trim().min(1, 'fields.required').max(4000, 'fields.text_long').meta(wordsRule),
  action: line,
});

const schema = z.partialRecord(z.enum(mailNames), z.partialRecord(z.enum(locales), text));

const accepts = schema.superRefine((texts, context) => {
  // a slip of the pen would leave a hole in every mail
  for (const [mail, byLocale] of Object.entries(texts))
    for (const [locale, parts] of Object.entries(byLocale ?? {}))
      for (const [part, words] of Object.entries(parts ?? {}))
        for (const [, name] of words.matchAll(placeholder))
          if (name !== 'company' && !(mailKinds[mail as MailName] as readonly string[]).includes(name!))
            context.addIssue({ code: 'custom', path: [mail, locale, part], message: 'fields.placeholder' });
});

/** By mail and language; what is missing is the product's own. */
export type MailTexts = z.output<typeof schema>;
export const mailTexts: SettingsKind<MailTexts> = { name: 'mail-texts', schema, accepts };

type MailText = z.input<typeof text>;

/**
 * The company's own words of one mail in one language.
 * @param words undefined goes back to the product's own
 * @param version the one the editor saw
 * @throws AppError invalid_input by `<mail>.<locale>.<part>`, changed_meanwhile
 */
export const changeMailText = useCase(
  async (scope, mail: MailName, locale: Locale, words: MailText | undefined, version: number): Promise<MailTexts> => {
    const { value } = await loadSettings(scope, mailTexts);
    const { [locale]: _, ...others } = value[mail] ?? {};
    return changeSettings(scope, mailTexts, { ...value, [mail]: words ? { ...others, [locale]: words } : others }, version);
  },
);

/** Puts the values in the place of `{{name}}`; of a name that the mail does not have nothing is left. */
export const fillIn = (template: string, params: Record<string, string | number>): string =>
  template.replace(placeholder, (_, name) => String(Object.hasOwn(params, name) ? params[name] : ''));
