import { type ErrorCode, isAlias, isNode, isScalar, Lexer, type Node, parseDocument, visit, YAMLError } from 'yaml';

/** The file is no YAML: `message` says where, and the rule; nothing of the line, which may hold a password. */
class YamlFault extends Error {}

/** YAML holds JSON. Warnings would print the line that they are about. @throws what `yamlFault` tells */
export function parseYaml(text: string): unknown {
  try {
    const document = parseDocument(text, { prettyErrors: true, logLevel: 'error' });
    const fault = document.errors.length > 0 ? indentFault(document.errors, text) : nodeFault(document, text);
    if (fault) throw new YamlFault(fault);
    const [wrong] = [...document.errors, ...document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED')];
    if (wrong) throw wrong;
    const value: unknown = document.toJS();
    const odd = shapeFault(value, text) ?? commentFault(document, text);
    if (odd) throw new YamlFault(odd);
    return value;
  } catch (error) {
    // the parser goes down by calling itself
    if (error instanceof Error && error.message.startsWith('Maximum call stack')) throw new YamlFault(tooDeep);
    if (error instanceof YAMLError) throw new YamlFault(quoteFault(error, text) ?? ruleOf(error));
    if (error instanceof ReferenceError && /alias/i.test(error.message)) throw new YamlFault(tooManyAliases);
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

/** `color: #1a2b3c` says nothing: what is meant as the value is a comment. One with a space behind its # is meant as such. */
function commentFault(document: ReturnType<typeof parseDocument>, text: string): string | undefined {
  let fault: string | undefined;
  visit(document, {
    Scalar(_, { value, source, range }) {
      if (value !== null || source || !range) return undefined;
      const [spaces] = /^[ \t]*(?=#[^\s#])/.exec(text.slice(range[0])) ?? [];
      if (spaces === undefined) return undefined;
      fault = `What begins with # is a comment, so that nothing is said at ${placeOf(text, range[0] + spaces.length)}: put the value in quotes, or a space behind the #`;
      return visit.BREAK;
    },
  });
  return fault;
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

const tooManyAliases = 'Aliases (*) repeat too much';

/** In words of our own, by what the parser calls it. */
const rules: Partial<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'An alias (*) stands alone, without an anchor (&) or a tag (!)',
  BAD_ALIAS: 'An alias (*) repeats what has no anchor (&) before it',
  BAD_COLLECTION_TYPE: 'A tag (!) does not fit what it stands before',
  BAD_DIRECTIVE: 'A line that begins with % is no directive of YAML',
  BAD_INDENT: 'A line is indented otherwise than its list or keys',
  BAD_PROP_ORDER: 'An anchor (&) or a tag (!) stands in the wrong place',
  BAD_SCALAR_START: 'A text cannot begin so: put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'A colon and a space in a text make another key of it: put the text in quotes, or begin a new line',
  BLOCK_IN_FLOW: 'Inside of [ ] and { } lists and keys are not written in lines',
  DUPLICATE_KEY: 'A key stands twice in one object',
  KEY_OVER_1024_CHARS: 'A key is longer than 1024 characters',
  MISSING_CHAR: 'Something is not closed, or a colon, a comma or a space is missing',
  MULTILINE_IMPLICIT_KEY: 'A key stands in one line: a colon is missing, or a text goes on in the next one',
  MULTIPLE_ANCHORS: 'A value has more than one anchor (&)',
  MULTIPLE_DOCS: 'The file has more than one document: --- stands between them',
  MULTIPLE_TAGS: 'A value has more than one tag (!)',
  TAB_AS_INDENT: 'Lines are indented by spaces, not by tabs',
  TAG_RESOLVE_FAILED: 'A tag (!) is not known: put a text that begins with ! in quotes',
  UNEXPECTED_TOKEN: 'Something stands where nothing can',
  RESOURCE_EXHAUSTION: tooManyAliases,
};

/** Unknown kinds of values, numbers that are infinite or none, and aliases without an anchor before them. */
function nodeFault(document: ReturnType<typeof parseDocument>, text: string): string | undefined {
  const wrong: { rule: string; offset: number }[] = [];
  const anchors = new Set<string>();
  visit(document, (_, node) => {
    if (!isNode(node) || !node.range) return;
    const [offset] = node.range;
    const { tag, anchor } = node as { tag?: string; anchor?: string };
    if (anchor) anchors.add(anchor);
    if (isAlias(node) && !anchors.has(node.source)) wrong.push({ rule: rules.BAD_ALIAS!, offset });
    if (tag !== undefined && !plainTags.test(tag)) wrong.push({ rule: rules.TAG_RESOLVE_FAILED!, offset });
    if (isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value)) wrong.push({ rule: noNumber, offset });
  });
  const [first] = wrong.toSorted((one, other) => one.offset - other.offset);
  return first && `${first.rule} at ${placeOf(text, first.offset)}`;
}

const plainTags = /^(?:!|tag:yaml\.org,2002:(?:str|int|float|bool|null|seq|map))$/;
const noNumber = 'A number is too large, or .inf or .nan, which is none: put a text in quotes';

/** The parser takes a wrongly indented line for a part of the text before it, and an unclosed list for wrong indentation. */
function indentFault(errors: YAMLError[], text: string): string | undefined {
  const [{ code, message, pos }, ...others] = errors as [YAMLError, ...YAMLError[]];
  const flow = /^Flow (sequence|map) .* end with a (.)/.exec(message);
  if (code === 'BAD_INDENT' && flow)
    return `What begins with ${flow[2] === ']' ? '[' : '{'} is not closed by ${flow[2]} before ${placeOf(text, pos[0])}`;
  if (code !== 'BLOCK_AS_IMPLICIT_KEY' || !others.some((one) => one.code === 'MULTILINE_IMPLICIT_KEY')) return undefined;
  const isOwnLine = text.slice(0, pos[0]).split('\n').at(-1)!.trim() === '';
  const line = text.slice(0, pos[0]).split('\n').length + (isOwnLine ? 0 : 1);
  return `${rules.BAD_INDENT} at line ${line}`;
}

function ruleOf({ code, linePos }: YAMLError): string {
  const { line, col } = linePos?.[0] ?? {};
  return `${rules[code] ?? 'This is no YAML'}${line === undefined ? '' : ` at line ${line}, column ${col}`}`;
}

/** What is wrong with quotes, where it begins: the parser sees it only where the text ends. */
function quoteFault({ code, pos: [at], message }: YAMLError, text: string): string | undefined {
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
