/** One control of a form, as a page of ours shows it. */
export type Control = {
  name: string;
  kind: 'text' | 'choice' | 'box' | 'radio';
  /** Its own words, and the heading it stands under. */
  label: string;
  heading: string;
  value: string;
  /** The value in the reader's words. */
  text: string;
  /** Of a box or radio: ticked. */
  isOn: boolean;
};

export type ShownForm = { start: number; end: number; action: string | undefined; html: string };

/** The forms of a page that say which version they show. */
export const findVersionedForms = (html: string): ShownForm[] =>
  [...html.matchAll(/<form\b([^>]*)>[\s\S]*?<\/form>/g)]
    .filter(([form]) => form.includes(' name="shown"'))
    .map(({ 0: form, 1: attributes, index }) => ({
      start: index,
      end: index + form.length,
      action: readAttributes(attributes!).action,
      html: form,
    }));

/** What the form's version field says. */
export const versionOf = ({ html }: ShownForm): string => /name="version" value="(\d+)"/.exec(html)?.[1] ?? '';

const element = /<(input|select|textarea|legend|summary|label|div)\b([^>]*)>/g;
const hiddenKinds = new Set(['hidden', 'file', 'search', 'submit', 'button', 'password', 'color']);

/**
 * The controls that a person fills in, in their order. Reads the mark-up that our own views write, where each attribute is quoted and escaped: it is no reader of HTML.
 */
export function readControls({ html }: Pick<ShownForm, 'html'>): Control[] {
  const labels = new Map(
    [...html.matchAll(/<label\b[^>]* for="([^"]*)"[^>]*>([\s\S]*?)<\/label>/g)].map(([, id, text]) => [id!, plain(text!)]),
  );
  const controls: Control[] = [];
  let heading = '';
  for (const { 0: tag, 1: kind, 2: rest, index } of html.matchAll(element)) {
    const after = index + tag.length;
    const until = (end: string) => html.slice(after, html.indexOf(end, after));
    const attributes = readAttributes(rest!);
    if (kind === 'legend' || kind === 'summary') heading = plain(until(`</${kind}>`));
    else if (kind === 'div') heading = /\bform-label\b/.test(attributes.class ?? '') ? plain(until('</div>')) : heading;
    if (!attributes.name || attributes.disabled !== undefined || isOfConflict(attributes.name)) continue;
    const label = attributes['aria-label'] ?? labels.get(attributes.id ?? '') ?? '';
    const own = { name: attributes.name, label, heading, isOn: false };
    if (kind === 'select') controls.push({ ...own, kind: 'choice', ...chosenOption(until('</select>')) });
    else if (kind === 'textarea') controls.push(typed(own, decode(until('</textarea>').replace(/^\n/, ''))));
    else if (kind === 'input') {
      const type = attributes.type ?? 'text';
      const value = attributes.value ?? '';
      if (type === 'checkbox' || type === 'radio') {
        const text = plain(until('</label>'));
        const isOn = attributes.checked !== undefined;
        controls.push({ ...own, kind: type === 'radio' ? 'radio' : 'box', label: label || text, value, text, isOn });
      } else if (!hiddenKinds.has(type)) controls.push(typed(own, value));
    }
  }
  return controls;
}

/** What the mechanism itself asks in a form. */
export const isOfConflict = (name: string): boolean => /^(keep|stored|typed)\./.test(name);

function typed(own: Omit<Control, 'kind' | 'value' | 'text'>, value: string): Control {
  const text = value.replaceAll('\r\n', '\n').trim();
  return { ...own, kind: 'text', value: text, text };
}

function chosenOption(html: string): { value: string; text: string } {
  const options = [...html.matchAll(/<option\b([^>]*)>([\s\S]*?)<\/option>/g)].map(([, rest, text]) => ({
    ...readAttributes(rest!),
    text: plain(text!),
  }));
  const chosen = options.find((one) => 'selected' in one) ?? options[0];
  return { value: (chosen as { value?: string })?.value ?? chosen?.text ?? '', text: chosen?.text ?? '' };
}

const readAttributes = (text: string): Record<string, string | undefined> =>
  Object.fromEntries([...text.matchAll(/\s([\w:.-]+)(?:="([^"]*)")?/g)].map(([, name, value]) => [name!, decode(value ?? '')]));

const plain = (html: string): string =>
  decode(html.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();

const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&', '#39': "'" };
const decode = (text: string): string => text.replace(/&(lt|gt|quot|amp|#39);/g, (_, name: string) => characters[name]!);
