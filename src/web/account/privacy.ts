import { collectPersonalData } from '../../domain/administration/personal-data/index.ts';
import { findTerms, termsSettings, textFor } from '../../domain/applications/consents/index.ts';
import { type PageContext, renderPage } from '../request/index.ts';

export async function showPrivacy(page: PageContext): Promise<void> {
  const { services, context, scope, session, locale } = page;
  const { edition } = await services.findSettings(context.contextId, termsSettings);
  const terms = edition > 0 ? await findTerms(scope, edition) : undefined;
  const text = terms && textFor(terms.texts, locale);
  renderPage(page, 'account/privacy', {
    terms: text && { ...text, edition, paragraphs: text.body.split(/\n\s*\n/) },
    hasAccepted: (session!.person.termsEdition ?? 0) >= edition,
  });
}

/** Everything the company keeps of the person, as a file. */
export async function sendPersonalData(page: PageContext): Promise<void> {
  const { ctx, scope, session, context } = page;
  const data = await collectPersonalData(scope, session!.userId);
  ctx.set('content-disposition', `attachment; filename="${context.code}-personal-data.json"`);
  ctx.type = 'application/json; charset=utf-8';
  ctx.body = `${JSON.stringify(data, null, 2)}\n`;
}
