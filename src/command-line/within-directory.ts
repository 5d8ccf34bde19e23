import { findContextByCode } from '../domain/company/contexts/index.ts';
import { type Directory, findDirectoryByName } from '../domain/people/directories/index.ts';
import type { Scope } from '../domain/scope.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Invocation, type Output, UsageError, withStore } from './command.ts';

type Inside = { scope: Scope; code: string; name: string };
type Found = Inside & { directory: Directory };

/** Opens the store for one company. @throws UsageError, AppError unknown_context */
export const within = (
  { args: [code, name = '', ...rest], config, note }: Invocation,
  needsName: boolean,
  work: (inside: Inside) => Promise<Output>,
) => {
  if (!code || (needsName && !name) || rest.length > 0)
    throw new UsageError(`Give a context${needsName ? ' and the name of a directory' : ''}.`);
  return withStore({ config, note }, async ({ scope }) => {
    const context = await findContextByCode(scope.db, code);
    if (!context) throw new AppError('unknown_context', 422, { params: { code } });
    return work({ scope: { ...scope, contextId: context.contextId }, code, name });
  });
};

/** @throws AppError unknown_directory */
export const withDirectory = (invocation: Invocation, work: (found: Found) => Promise<Output>) =>
  within(invocation, true, async (inside) => {
    const directory = await findDirectoryByName(inside.scope, inside.name);
    if (!directory) throw new AppError('unknown_directory', 422, { params: { name: inside.name } });
    return work({ ...inside, directory });
  });
