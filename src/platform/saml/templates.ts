import { readWritten } from './read-xml.ts';
import { logoutTemplate } from './samlify.ts';
import { type Node, nodeOf } from './write-xml.ts';

type Template = Parameters<typeof logoutTemplate>[0];

const templates = new Map<Template, Node>();

function templateOf(name: Template): Node {
  const found = templates.get(name) ?? nodeOf(readWritten(logoutTemplate(name)));
  templates.set(name, found);
  return found;
}

/**
 * A logout message of samlify's template (core §3.7). Values go into the tree, not into the text: samlify's own replacement works on text, one name after
 * the other, so that a value with `{SessionIndex}` in it would be replaced as well. An attribute or a text without a value is left out.
 * @throws Error when the template asks for a value that is not among these
 */
export const fillMessage = (name: Template, values: Record<string, string | undefined>): Node => fill(templateOf(name), values);

function fill({ name, attributes, children }: Node, values: Record<string, string | undefined>): Node {
  const filled: Record<string, string> = {};
  for (const [key, text] of Object.entries(attributes)) {
    const value = replaced(text, values);
    if (value !== undefined) filled[key] = value;
  }
  return {
    name,
    attributes: filled,
    children: children.flatMap((child) => (typeof child === 'string' ? (replaced(child, values) ?? []) : fill(child, values))),
  };
}

function replaced(text: string, values: Record<string, string | undefined>): string | undefined {
  const [, tag] = /^\{(\w+)\}$/.exec(text) ?? [];
  if (tag === undefined) return text;
  if (!Object.hasOwn(values, tag)) throw new Error(`samlify's template asks for ${tag}`);
  return values[tag];
}
