import { isDeepStrictEqual } from 'node:util';
import { contentTag } from '../../../platform/crypto/index.ts';
import { invalidInput } from '../../../platform/errors/index.ts';
import { findTerms, publishTerms, termsSettings, termsTextsSchema, withdrawTerms } from '../../applications/consents/index.ts';
import { brandingSettings, changeBranding, changeCompanyLogo } from '../../company/branding/index.ts';
import { changeSettings, loadSettings, type SettingsKind } from '../../company/context-settings/index.ts';
import { mailTexts } from '../../company/mails/index.ts';
import { newAccountsSettings } from '../../company/new-accounts/index.ts';
import { directoryRules } from '../../people/directories/index.ts';
import { profileSettings } from '../../people/profiles/index.ts';
import { auditRetention } from '../audit-keeping/index.ts';
import { bytesOf, type DesiredContext, type FileContent } from '../configuration/index.ts';
import type { Applying } from './applying.ts';
import type { Placing } from './at-path.ts';
import { leaveNoTrace } from './leave-no-trace.ts';
import { mergeSettings } from './merge-given.ts';
import { part } from './part.ts';

/** What holds for the whole company. A setting that the file does not mention stays. */
export async function applySettings(applying: Applying, desired: Partial<DesiredContext>): Promise<void> {
  const { newAccounts, profiles, directoryRules: rules, branding, mails, terms, auditRetentionDays: days } = desired;
  const settings = <Value extends object>(name: string, kind: SettingsKind<Value>, given: unknown, what: string, placed?: Placing) =>
    given === undefined ? undefined : part(applying, [name], (inside) => applyKind(inside, kind, given, what), placed);
  await settings('newAccounts', newAccountsSettings, newAccounts, 'new accounts');
  await settings('profiles', profileSettings, profiles, 'profiles');
  await settings('directoryRules', directoryRules, rules, 'rules for directories');
  const { logo, ...look } = (branding ?? {}) as Branding;
  if (branding) await part(applying, ['branding'], (inside) => applyBranding(inside, look));
  if (logo !== undefined) await part(applying, ['branding'], (inside) => applyLogo(inside, logo));
  await settings('mails', mailTexts, mails, 'words of mails');
  if (terms !== undefined) await part(applying, ['terms'], (inside) => applyTerms(inside, terms));
  // the setting has one key, which the file has for its own
  const retention = days === undefined ? undefined : { days };
  await settings('auditRetentionDays', auditRetention, retention, 'keeping of the audit report', () => []);
}

async function applyKind<Value extends object>(
  { scope, result }: Applying,
  kind: SettingsKind<Value>,
  given: unknown,
  what: string,
): Promise<void> {
  const { value, version } = await loadSettings(scope, kind);
  const after = await changeSettings(scope, kind, mergeSettings(value, given), version);
  if (!isDeepStrictEqual(after, value)) result.changes.push({ action: 'changed', what });
}

/** Of which the file's schema knows no more than the names. */
type Branding = { logo?: FileContent | null };

async function applyBranding({ scope, result }: Applying, given: object): Promise<void> {
  const { value, version } = await loadSettings(scope, brandingSettings);
  const { logo: _, ...before } = value;
  const after = await changeBranding(scope, mergeSettings(before, given), version);
  if (!isDeepStrictEqual(after, value)) result.changes.push({ action: 'changed', what: 'branding' });
}

async function applyLogo({ scope, result }: Applying, logo: FileContent | null): Promise<void> {
  const { logo: etag } = (await loadSettings(scope, brandingSettings)).value;
  const picture = pictureOf(logo);
  // the picture that there is, as an export has it, is not drawn again
  if ((picture ? contentTag(picture) : '') === etag) return;
  const changed = await leaveNoTrace(
    scope,
    async (inside) => {
      await changeCompanyLogo(inside, picture);
      return (await loadSettings(inside, brandingSettings)).value.logo;
    },
    (now) => now === etag,
  );
  if (changed !== undefined) result.changes.push({ action: 'changed', what: 'branding', details: 'logo' });
}

/** @throws AppError invalid_input for a text that is no picture */
export function pictureOf(logo: FileContent | null): Buffer | undefined {
  if (logo === null) return undefined;
  const bytes = bytesOf(logo);
  if (!bytes) throw invalidInput({ logo: 'fields.logo' });
  return bytes;
}

async function applyTerms({ scope, result }: Applying, texts: NonNullable<DesiredContext['terms']> | null): Promise<void> {
  const { edition } = (await loadSettings(scope, termsSettings)).value;
  if (texts === null) {
    await withdrawTerms(scope);
    if (edition > 0) result.changes.push({ action: 'changed', what: 'terms', details: 'withdrawn' });
    return;
  }
  const inForce = edition > 0 ? await findTerms(scope, edition) : undefined;
  // the same words are no new edition, which everybody would be asked about
  const given = termsTextsSchema.safeParse(texts);
  if (inForce && given.success && isDeepStrictEqual(given.data, inForce.texts)) return;
  const published = await publishTerms(scope, texts, (await findTerms(scope))?.edition ?? 0);
  result.changes.push({ action: 'changed', what: 'terms', details: `edition ${published}` });
}
