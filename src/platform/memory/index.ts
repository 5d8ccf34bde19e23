// Owns: giving memory back that a load has left. Does not: bound caches (platform/cache).
export { collectWhenQuiet } from './collect-when-quiet.ts';
