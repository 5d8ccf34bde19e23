import { parse, YAMLParseError } from 'yaml';

/** YAML holds JSON. Warnings would print the line that they are about. @throws what `yamlFault` tells */
export const parseYaml = (text: string): unknown => parse(text, { prettyErrors: true, logLevel: 'error' });

/** Where a file is no YAML, and the rule; nothing of the line, which may hold a password. @returns undefined for what the parser did not throw */
export function yamlFault(error: unknown): string | undefined {
  if (!(error instanceof YAMLParseError || error instanceof ReferenceError)) return undefined;
  const [rule = ''] = error.message.split(/[:\n\\]| at line \d/);
  const { line, col } = (error instanceof YAMLParseError && error.linePos?.[0]) || {};
  return line === undefined ? rule.trim() : `${rule.trim()} at line ${line}, column ${col}`;
}
