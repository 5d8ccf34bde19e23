// Owns: companies, their code, environment and the one address from which issuers, links and cookies derive.
// Does not: fill a new company (desired-state does) nor hold its policy (sign-in-policy).
export { type Context, contextAddress, contextCodeRule, contextMountPath, isContextCode, originPattern } from './context.ts';
export { changeOwnContext, contextInput, createContext, editContext, leaveAddress } from './create-context.ts';
export {
  type ContextFinder,
  createContextFinder,
  findContextByCode,
  findContextByHost,
  findContextById,
  findPairOf,
  getOwnContext,
  listContexts,
  lockContext,
} from './store.ts';
