// Owns: wiring: which objects are made from the configuration, and which slices make up the server. Does not: decide anything.
export { createApp, type App } from './create-app.ts';
export { openStore, type Store } from './open-store.ts';
export { prepareDemo } from './demo.ts';
