import { isAlias, isNode, Lexer, type Node, parse, parseDocument, visit, YAMLParseError } from 'yaml';

/** The file is no YAML: `message` says where, and the rule; nothing of the line, which may hold a password. */
class YamlFault extends Error {}

/** YAML holds JSON. Warnings would print the line that they are about. @throws what `yamlFault` tells */
export function parseYaml(text: string): unknown {
  try {
    const value = parse(text, { prettyErrors: true, logLevel: 'error' });
    const fault = shapeFault(value, text);
    if (fault) throw new YamlFault(fault);
    return value;
  } catch (error) {
    // the parser goes down by calling itself
    if (error instanceof Error && error.message.startsWith('Maximum call stack')) throw new YamlFault(tooDeep);
    if (error instanceof YAMLParseError) throw new YamlFault(quoteFault(error, text) ?? ruleOf(error));
    // an alias of nothing
    if (error instanceof ReferenceError) throw new YamlFault(ruleOf(error));
    throw error;
  }
}

const deepest = 100;
const tooDeep = `Lists and keys are nested more than ${deepest} levels deep`;

/** What nobody could walk through to its end: a list or an object that stands in itself, or too many levels. */
function shapeFault(value: unknown, text: string, above: readonly object[] = [], known = new Set<object>()): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (above.includes(value)) return `An alias (*) stands inside what it repeats${placeOfOwnAlias(text)}`;
  if (above.length === deepest) return tooDeep;
  if (known.has(value)) return undefined;
  for (const one of Object.values(value)) {
    const fault = shapeFault(one, text, [...above, value], known);
    if (fault) return fault;
  }
  known.add(value);
  return undefined;
}

function placeOfOwnAlias(text: string): string {
  let place = '';
  visit(parseDocument(text), {
    Alias(_, alias, path) {
      const isOwn = path.some((one) => isNode(one) && !isAlias(one) && (one as Node & { anchor?: string }).anchor === alias.source);
      if (!isOwn || !alias.range) return undefined;
      place = ` at ${placeOf(text, alias.range[0])}`;
      return visit.BREAK;
    },
  });
  return place;
}

/** @returns undefined for what the parser did not throw */
export const yamlFault = (error: unknown): string | undefined => (error instanceof YamlFault ? error.message : undefined);

function ruleOf(error: Error): string {
  const [rule = ''] = error.message.split(/[:\n\\]| at line \d/);
  const { line, col } = (error instanceof YAMLParseError && error.linePos?.[0]) || {};
  return line === undefined ? rule.trim() : `${rule.trim()} at line ${line}, column ${col}`;
}

/** What is wrong with quotes, where it begins: the parser sees it only where the text ends. */
function quoteFault({ code, pos: [at], message }: YAMLParseError, text: string): string | undefined {
  if (code === 'MISSING_CHAR' && /^Missing closing .quote/.test(message)) {
    const opening = quoteBefore(text, at);
    return `The text that begins with ${text[opening]} at ${placeOf(text, opening)} has no closing ${text[opening]}`;
  }
  if (code === 'BAD_DQ_ESCAPE')
    return `In double quotes \\ has a meaning of its own: write \\\\ for it, or use single quotes, at ${placeOf(text, at)}`;
  const before = text.slice(0, at).trimEnd().at(-1);
  if (code !== 'UNEXPECTED_TOKEN' || (before !== '"' && before !== "'")) return undefined;
  const escaped = before === '"' ? '\\"' : "''";
  const opening = placeOf(text, quoteBefore(text, at));
  return `The text in quotes that begins at ${opening} ends before ${placeOf(text, at)}, and more follows: close it where it ends, or put all of it in quotes and write ${escaped} for a ${before} in it`;
}

/** Where the last text in quotes begins that begins before `end`: one that nothing closes ends for the parser where lines are indented less. */
function quoteBefore(text: string, end: number): number {
  let [offset, found] = [0, 0];
  for (const part of new Lexer().lex(text)) {
    // marks of the lexer stand for nothing in the text
    if (/^[\u0002\u0018\u001f]$/.test(part)) continue;
    if (offset >= end) break;
    if (/^["']/.test(part)) found = offset;
    offset += part.length;
  }
  return found;
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${before.at(-1)!.length + 1}`;
}
