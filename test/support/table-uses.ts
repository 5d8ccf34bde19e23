import { parseSync } from '@swc/core';

/** A table named by a source file. `writes`: it is changed there; what cannot be told to be a read counts as one. */
export type TableUse = { table: string; writes: boolean };

type Node = { type: string; [key: string]: unknown };

/** What takes the name of a table as an argument. Whatever else is called with such a word means something else by it. */
const connection = /^(db|knex|inside|trx|tx)$/;
const reading = /^(db|knex|inside|trx|tx|from|\w*join|byKey)$/i;
const writing = /^(insertRow|deleteInSteps|into|table)$/;
const changes = /^(insert|update|delete|del|truncate|increment|decrement|merge)$/;
const reads = /^(select|first|pluck|count|countDistinct|sum|max|min)$/;
const sql = /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|JOIN|EXISTS)\b/;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;
const child = (node: Node, key: string): Node | undefined => (isNode(node[key]) ? node[key] : undefined);

const textOf = (node: Node): string | undefined => {
  if (node.type === 'StringLiteral') return String(node.value);
  if (node.type === 'TemplateLiteral') return (node.quasis as { cooked: string }[]).map(({ cooked }) => cooked).join(' ? ');
  return undefined;
};

/** The name of what is called, the last of `scope.db`, `knex`, `query.join`. */
const calleeOf = (node: Node): string => {
  const callee = child(node, 'callee')!;
  const name = callee.type === 'MemberExpression' ? child(callee, 'property')! : callee;
  return name.type === 'Identifier' ? String(name.value) : '';
};

/** What is called on the result of a call, one after the other: `db('x').where(…).first()` gives where, first. */
function chainAfter(parents: Node[]): string[] {
  const names: string[] = [];
  for (let n = parents.length - 1; n > 0; n -= 2) {
    const [member, call] = [parents[n]!, parents[n - 1]!];
    if (member.type !== 'MemberExpression' || call.type !== 'CallExpression' || call.callee !== member) break;
    names.push(calleeOf(call));
  }
  return names;
}

/** Every table that a source file names, in SQL and to the query builder. @throws Error when a name is no literal */
export function tableUses(source: string, tables: string[]): TableUse[] {
  const uses: TableUse[] = [];
  const visit = (node: Node, parents: Node[]): void => {
    const text = textOf(node);
    if (text && sql.test(text))
      for (const table of tables)
        if (new RegExp(`(?<!\\bAS )\\b${table}\\b`).test(text))
          uses.push({
            table,
            writes: new RegExp(`\\b(INSERT INTO|DELETE FROM|TRUNCATE|(?<!FOR |KEY |DO )UPDATE)\\s+${table}\\b`).test(text),
          });
    if (node.type === 'CallExpression') {
      const callee = calleeOf(node);
      const given = (node.arguments as { expression: Node }[]).map(({ expression }) => expression);
      if (connection.test(callee) && given.length > 0 && textOf(given[0]!) === undefined) throw new Error(`${callee}(…) of no literal`);
      if (reading.test(callee) || writing.test(callee))
        for (const table of tables)
          if (given.some((one) => textOf(one)?.split(' ')[0] === table)) {
            const chain = chainAfter(parents);
            const isRead =
              callee === 'byKey' ||
              /join/i.test(callee) ||
              (chain.some((name) => reads.test(name)) && !chain.some((name) => changes.test(name)));
            uses.push({ table, writes: writing.test(callee) || !isRead });
          }
    }
    for (const value of Object.values(node))
      for (const one of Array.isArray(value) ? value : [value]) {
        const inner = isNode(one) ? one : isNode(one?.expression) ? one.expression : undefined;
        if (inner) visit(inner, [...parents, node]);
      }
  };
  visit(parseSync(source, { syntax: 'typescript', target: 'esnext' }) as unknown as Node, []);
  return uses;
}
