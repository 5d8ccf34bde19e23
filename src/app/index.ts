// Owns: wiring: which objects are made from the configuration, and which slices make up the server. Does not: decide anything.
export { type App, createApp } from './create-app.ts';
export { type Demo, loadSampleKeys, notePasswordsShown, prepareDemo, readDemo } from './demo.ts';
export { isExampleInstalled, startExample } from './examples.ts';
export { openStore, type Store, whileItStarts } from './open-store.ts';
