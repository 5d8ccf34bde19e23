#!/usr/bin/env node
// The `portaria` command: the same as `npm run -s portaria --`.
process.argv.splice(2, 0, 'portaria');
await import('./start.mjs');
