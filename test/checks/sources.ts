import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type ArrowFunctionExpression,
  type FunctionDeclaration,
  type Module,
  type ModuleItem,
  type Param,
  type Pattern,
  parseSync,
} from '@swc/core';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const read = (file: string): string => readFileSync(root + file, 'utf8');

/** A part of a syntax tree, whatever it is. */
export type Part = { type?: string; [key: string]: unknown };

/** Every source file, with its syntax tree. */
export const modules: { file: string; module: Module }[] = globSync('src/**/*.ts', { cwd: root })
  .sort()
  .map((file) => ({ file, module: parseSync(read(file), { syntax: 'typescript', target: 'esnext' }) }));

/** Every part of a tree, with the name of the variable that it stands in. */
export function* partsOf(value: unknown, name = ''): Generator<{ part: Part; name: string }> {
  if (Array.isArray(value)) for (const one of value) yield* partsOf(one, name);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const part = value as Part;
  if (part.type) yield { part, name };
  const inner = part.type === 'VariableDeclarator' ? String((part.id as Part).value) : name;
  for (const [key, child] of Object.entries(part)) if (key !== 'span') yield* partsOf(child, inner);
}

/** The parameters of a function, and undefined of anything else. */
export const parametersOf = (part: Part): (Param | Pattern)[] | undefined =>
  part.type === 'ArrowFunctionExpression' ||
  part.type === 'FunctionDeclaration' ||
  part.type === 'FunctionExpression' ||
  part.type === 'Constructor'
    ? (part.params as (Param | Pattern)[])
    : part.type === 'ClassMethod' || part.type === 'MethodProperty'
      ? (((part.function as Part | undefined)?.params ?? part.params) as (Param | Pattern)[])
      : undefined;

export type Exported = { file: string; name: string; declared: FunctionDeclaration | ArrowFunctionExpression; isUseCase: boolean };

/** Functions that a file exports by `export function` or `export const`, those inside `useCase(…)` too. */
export const exportedFunctions = (): Exported[] =>
  functionsOf((item) => (item.type === 'ExportDeclaration' ? item.declaration : undefined));

/** Every function that stands by itself in a file, exported or not. */
export const allFunctions = (): Exported[] => functionsOf((item) => (item.type === 'ExportDeclaration' ? item.declaration : item));

function functionsOf(declarationOf: (item: ModuleItem) => ModuleItem | undefined): Exported[] {
  return modules.flatMap(({ file, module }) =>
    module.body.flatMap((item): Exported[] => {
      const declaration = declarationOf(item);
      if (!declaration) return [];
      if (declaration.type === 'FunctionDeclaration')
        return [{ file, name: declaration.identifier.value, declared: declaration, isUseCase: false }];
      if (declaration.type !== 'VariableDeclaration') return [];
      return declaration.declarations.flatMap(({ id, init }): Exported[] => {
        if (id.type !== 'Identifier' || !init) return [];
        const isUseCase = init.type === 'CallExpression' && init.callee.type === 'Identifier' && init.callee.value === 'useCase';
        const declared = isUseCase ? init.arguments[0]?.expression : init;
        return declared?.type === 'ArrowFunctionExpression' ? [{ file, name: id.value, declared, isUseCase }] : [];
      });
    }),
  );
}

/** A declaration at the top of a file of a slice of the domain, such as `people/users`. */
export type Declared = { slice: string; file: string; name: string; body: unknown };

/** Everything that the slices of the domain declare, exported or not. */
export const declaredInSlices = (): Declared[] =>
  modules.flatMap(({ file, module }) => {
    const slice = /^src\/domain\/([^/]+\/[^/]+)\//.exec(file)?.[1];
    if (!slice) return [];
    return module.body.flatMap((item): Declared[] => {
      const declaration = item.type === 'ExportDeclaration' ? item.declaration : item;
      if (declaration.type === 'FunctionDeclaration') return [{ slice, file, name: declaration.identifier.value, body: declaration.body }];
      if (declaration.type !== 'VariableDeclaration') return [];
      return declaration.declarations.flatMap(({ id, init }) =>
        id.type === 'Identifier' ? [{ slice, file, name: id.value, body: init }] : [],
      );
    });
  });

/** The names that a part of a tree mentions. */
export const namesIn = (value: unknown): Set<string> =>
  new Set([...partsOf(value)].flatMap(({ part }) => (part.type === 'Identifier' ? [String(part.value)] : [])));

/** What the face of each slice offers, as `people/users changeStatus`. */
export const offeredBySlices = (): Set<string> =>
  new Set(
    modules.flatMap(({ file, module }) => {
      const slice = /^src\/domain\/([^/]+\/[^/]+)\/(?:[^/]+\/)?index\.ts$/.exec(file)?.[1];
      const exported = module.body.flatMap((item) => (slice && item.type === 'ExportNamedDeclaration' ? item.specifiers : []));
      return exported.flatMap((one) => (one.type === 'ExportSpecifier' ? [`${slice} ${one.orig.value}`] : []));
    }),
  );

/** What the tests of each slice import from it, as `people/users changeStatus`. */
export const namedByTestsOfSlices = (): Set<string> =>
  new Set(
    globSync('test/domain/*/*/**/*.ts', { cwd: root }).flatMap((file) => {
      const [slice = ''] = /[^/]+\/[^/]+/.exec(file.slice('test/domain/'.length))!;
      const { body } = parseSync(read(file), { syntax: 'typescript', target: 'esnext' });
      const imported = body.flatMap((item) =>
        item.type === 'ImportDeclaration' && item.source.value.includes(`/src/domain/${slice}/`) ? item.specifiers : [],
      );
      return imported.flatMap((one) => (one.type === 'ImportSpecifier' ? [`${slice} ${(one.imported ?? one.local).value}`] : []));
    }),
  );

/** The pattern of a function's first parameter. */
export const firstParameter = ({ declared }: Exported): Part | undefined => {
  const [first] = declared.params as (Param | Pattern)[];
  return (first && 'pat' in first ? first.pat : first) as Part | undefined;
};

/** The names of types that a part of a tree mentions. */
export const typesIn = (value: unknown): string[] =>
  [...partsOf(value)].flatMap(({ part }) => {
    if (part.type === 'TsKeywordType') return [String(part.kind)];
    if (part.type === 'TsTypePredicate') return ['boolean'];
    return part.type === 'TsTypeReference' ? [String((part.typeName as Part).value)] : [];
  });
