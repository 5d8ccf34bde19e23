// Owns: what happens to a form whose record somebody else changed meanwhile: fields that both changed are shown with both values and a choice, the rest goes together by itself.
// Does not: decide that there is a conflict: use cases compare versions. Each form that has `+version` takes part, and no handler knows of it.
import { formOf } from '../../../platform/http/index.ts';
import type { Actions, PageContext, Route } from '../../request/index.ts';
import { isChangedMeanwhile } from '../submit.ts';
import { compareLines } from './compare-lines.ts';
import { type Field, fieldsOf, snapshotOf } from './fields.ts';
import { findLastChange } from './last-change.ts';
import { mergeForms, sentMark, withStored, withTyped } from './merge.ts';
import { findVersionedForms, type ShownForm, versionOf } from './read-controls.ts';

type Pairs = [name: string, value: string][];
const namesOf = (theirs: Field, mine: Field): string[] => [...new Set([...theirs.names, ...mine.names])];
const inForm = (page: PageContext, pairs: Pairs): PageContext => ({
  ...page,
  form: { ...formOf(pairs.map(([name, value]) => ({ name, value }))), file: page.form.file },
});

/** The same routes, whose forms settle conflicts. */
export function withConflicts(routes: Route[]): Route[] {
  const shows = new Map(routes.flatMap(({ method, path, handle }) => (method === 'GET' ? [[path, handle] as const] : [])));
  return routes.map((route) => {
    if (route.method === 'GET') return { ...route, handle: (page) => route.handle(page).then(() => fillSnapshots(page)) };
    // a form of a page with several has an address below it
    const show = shows.get(route.path) ?? shows.get(route.path.replace(/\/[^/]+$/, ''));
    return { ...route, handle: (page) => submit(page, route, show) };
  });
}

async function submit(page: PageContext, { handle, path }: Route, show: Actions | undefined): Promise<void> {
  const chosen = layChoices(page);
  await handle(chosen);
  const [typed, stored] = show && isChangedMeanwhile(page) ? [formAt(page), await readStored(page, show)] : [];
  if (!typed || !stored) return fillSnapshots(page, page.form.get('shown'));
  const sent = chosen.form.pairs();
  const { both, taken } = mergeForms(new URLSearchParams(page.form.get('shown')), fieldsOf(typed), fieldsOf(stored));
  const version = versionOf(stored);
  if (both.length === 0 && taken.length === 0) {
    // what the other one changed is not in this form
    await handle(inForm(chosen, [...sent.filter(([name]) => name !== 'version'), ['version', version]]));
    return fillSnapshots(page, page.form.get('shown'));
  }
  const conflict = {
    version,
    by: await findLastChange(page, path),
    taken: taken.map(({ label }) => label),
    both: both.map(({ key, theirs, mine }) => ({
      key,
      names: namesOf(theirs, mine),
      label: theirs.label,
      theirs: theirs.text,
      mine: mine.text,
      lines: compareLines(String(theirs.text), String(mine.text)),
      pairs: mine.pairs,
      stored: sentMark(theirs.pairs, namesOf(theirs, mine)),
    })),
  };
  await handle({ ...inForm(chosen, withStored(sent, [...taken, ...both.map(({ theirs }) => theirs)])), conflict });
  fillSnapshots(page, snapshotOf(fieldsOf(stored)));
}

/** Where the typed value was chosen it takes the place of the stored one that the form shows, unless the person went on typing there. */
function layChoices(page: PageContext): PageContext {
  const sent = page.form.pairs();
  const untouched = sent
    .filter(([name, value]) => name.startsWith('keep.') && value === 'mine')
    .map(([name]) => page.form.get(`stored.${name.slice('keep.'.length)}`).split(' '))
    .filter(([mark, ...names]) => mark === sentMark(sent, names))
    .flatMap(([, ...names]) => names);
  return untouched.length > 0 ? inForm(page, withTyped(sent, untouched)) : page;
}

/** The same form as it would be shown now. @throws AppError not_found where its record is gone */
async function readStored(page: PageContext, show: Actions): Promise<ShownForm | undefined> {
  const { ctx } = page;
  const { status, body } = ctx;
  await show({ ...inForm(page, []), conflict: undefined });
  const found = formAt(page);
  [ctx.body, ctx.status] = [body, status];
  return found;
}

/** Of the page that was just made the form that is sent to this address. */
function formAt({ ctx, context }: PageContext): ShownForm | undefined {
  const address = `${context.mount}${ctx.state.path}`;
  const forms = typeof ctx.body === 'string' ? findVersionedForms(ctx.body) : [];
  return forms.find(({ action }) => action === address) ?? forms.find(({ action }) => action === undefined);
}

/** Each form is told what it shows. @param sent what the form that was sent said of itself: it stays */
function fillSnapshots(page: PageContext, sent = ''): void {
  const { ctx } = page;
  if (typeof ctx.body !== 'string') return;
  const own = sent && formAt(page);
  let html = '';
  let from = 0;
  for (const form of findVersionedForms(ctx.body)) {
    const snapshot = own && own.start === form.start ? sent : snapshotOf(fieldsOf(form));
    html +=
      ctx.body.slice(from, form.start) +
      form.html.replace(' name="shown" value=""', () => ` name="shown" value="${attributeText(snapshot)}"`);
    from = form.end;
  }
  if (from > 0) ctx.body = html + ctx.body.slice(from);
}

const attributeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
