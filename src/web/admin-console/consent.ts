import {
  countAcceptances,
  findTerms,
  listAcceptances,
  listEditions,
  publishTerms,
  type TermsTexts,
  termsSettings,
  withdrawTerms,
} from '../../domain/applications/consents/index.ts';
import { loadSettings } from '../../domain/company/context-settings/index.ts';
import { listPhotos } from '../../domain/people/profiles/index.ts';
import { locales } from '../../platform/i18n/index.ts';
import { type PageContext, type Refusal, type Route, renderPage } from '../request/index.ts';
import { redirectTo, shownVersion, submitForm } from './submit.ts';

/** Three languages of a hundred thousand characters. */
const largeForm = 2_000_000;

export const consentRoutes: Route[] = [
  { method: 'GET', path: '/admin/consent', access: 'administrator', handle: showConsent },
  { method: 'GET', path: '/admin/consent/edit', access: 'administrator', handle: showEdition },
  { method: 'POST', path: '/admin/consent/edit', access: 'administrator', handle: submitEdition, maxBytes: largeForm },
  { method: 'GET', path: '/admin/consent/withdraw', access: 'administrator', handle: confirmWithdrawal },
  { method: 'POST', path: '/admin/consent/withdraw', access: 'administrator', handle: submitWithdrawal },
];

/** The edition in force, or the one that the address names: its text, who accepted it, who has not. */
async function showConsent(page: PageContext): Promise<void> {
  const { scope, query } = page;
  const inForce = (await loadSettings(scope, termsSettings)).value.edition;
  const editions = await listEditions(scope);
  const wanted = editions.find(({ edition }) => String(edition) === query('edition'))?.edition ?? (inForce || editions[0]?.edition);
  const terms = wanted === undefined ? undefined : await findTerms(scope, wanted);
  const missing = query('show') === 'missing';
  const report = terms && (await listAcceptances(scope, terms.edition, { missing, cursor: query('after') }));
  renderPage(page, 'admin-console/consent/show', {
    inForce,
    editions,
    terms,
    texts: Object.entries(terms?.texts ?? {}).map(([locale, { title, body }]) => ({ locale, title, paragraphs: body.split(/\n\s*\n/) })),
    count: terms && (await countAcceptances(scope, terms.edition)),
    people: report?.items ?? [],
    photoOf: await listPhotos(scope, report?.items ?? []),
    cursor: report?.cursor,
    shows: missing ? 'missing' : 'accepted',
  });
}

async function showEdition(page: PageContext): Promise<void> {
  const latest = await findTerms(page.scope);
  render(page, latest?.texts ?? {}, latest?.edition ?? 0);
}

function render(page: PageContext, texts: TermsTexts, latest: number, refusal?: Refusal): void {
  renderPage(page, 'admin-console/consent/edition', { texts, latest }, { refusal });
}

async function submitEdition(page: PageContext): Promise<void> {
  const { form, scope } = page;
  // a language without any words is one the company does not offer
  const texts = Object.fromEntries(
    locales
      .map((locale) => [locale, { title: form.get(`${locale}.title`), body: form.get(`${locale}.body`).replaceAll('\r\n', '\n') }] as const)
      .filter(([, { title, body }]) => title.trim() !== '' || body.trim() !== ''),
  );
  const edition = await submitForm(
    page,
    () => publishTerms(scope, texts, shownVersion(page)),
    (refusal) => render(page, texts, shownVersion(page), refusal),
  );
  if (edition) redirectTo(page, '/admin/consent', 'terms_published');
}

async function confirmWithdrawal(page: PageContext): Promise<void> {
  renderPage(page, 'admin-console/confirm', {
    question: 'confirm.withdraw_terms',
    name: page.context.name,
    action: '/admin/consent/withdraw',
    back: '/admin/consent',
    dangerous: false,
  });
}

async function submitWithdrawal(page: PageContext): Promise<void> {
  await withdrawTerms(page.scope);
  redirectTo(page, '/admin/consent', 'terms_withdrawn');
}
