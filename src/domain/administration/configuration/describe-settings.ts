import { findTerms, termsSettings, termsTextsSchema } from '../../applications/consents/index.ts';
import { brandingSettings, findCompanyLogo } from '../../company/branding/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { mailNames, mailTexts } from '../../company/mails/index.ts';
import { newAccountsSettings } from '../../company/new-accounts/index.ts';
import { directoryRules } from '../../people/directories/index.ts';
import { profileSettings } from '../../people/profiles/index.ts';
import type { Scope } from '../../scope.ts';
import { auditRetention } from '../audit-keeping/index.ts';
import { dataAddress } from './data-address.ts';

export async function describeSettings(scope: Scope): Promise<Record<string, unknown>> {
  const { logo: etag, ...branding } = (await loadSettings(scope, brandingSettings)).value;
  const logo = etag ? await findCompanyLogo(scope) : undefined;
  const mails = (await loadSettings(scope, mailTexts)).value;
  const { edition } = (await loadSettings(scope, termsSettings)).value;
  const terms = edition > 0 ? await findTerms(scope, edition) : undefined;
  return {
    auditRetentionDays: (await loadSettings(scope, auditRetention)).value.days,
    profiles: (await loadSettings(scope, profileSettings)).value,
    newAccounts: (await loadSettings(scope, newAccountsSettings)).value,
    branding: { ...branding, logo: logo && dataAddress(logo) },
    mails: Object.fromEntries(mailNames.flatMap((name) => (mails[name] ? [[name, mails[name]]] : []))),
    // in the order in which they are read: the store forgets it
    terms: terms && (termsTextsSchema.safeParse(terms.texts).data ?? terms.texts),
    directoryRules: (await loadSettings(scope, directoryRules)).value,
  };
}
