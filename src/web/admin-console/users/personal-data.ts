import { collectPersonalData } from '../../../domain/administration/personal-data/index.ts';
import { emailKey, fullName, getUser, identifier, type User, usernameKey } from '../../../domain/people/users/index.ts';
import { invalidInput } from '../../../platform/errors/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { submitForm } from '../submit.ts';

export async function showExport(page: PageContext): Promise<void> {
  render(page, await getUser(page.scope, page.params.user!));
}

function render(page: PageContext, user: User, refusal?: Refusal): void {
  const locals = { user, name: fullName(user), login: identifier(user), confirmation: page.form.get('confirmation') };
  renderPage(page, 'admin-console/users/personal-data', locals, { refusal });
}

/** S88–S90: as JSON, after the person's e-mail (or username, where there is none) was typed. */
export async function submitExport(page: PageContext): Promise<void> {
  const { ctx, scope, form, context } = page;
  const user = await getUser(scope, page.params.user!);
  const key = user.email ? emailKey : usernameKey;
  const data = await submitForm(
    page,
    async () => {
      if (key(form.get('confirmation')) !== key(identifier(user))) throw invalidInput({ confirmation: 'fields.confirmation' });
      return collectPersonalData(scope, user.userId);
    },
    (refusal) => render(page, user, refusal),
  );
  if (!data) return;
  ctx.set('content-disposition', `attachment; filename="${context.code}-personal-data.json"`);
  ctx.type = 'application/json; charset=utf-8';
  ctx.body = `${JSON.stringify(data, null, 2)}\n`;
}
