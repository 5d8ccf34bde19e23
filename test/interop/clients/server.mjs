// Applications that sign people in, each by another library, at /NAME of one server. Each knows what the console's page of it says, and no more.
import { globSync } from 'node:fs';
import express from 'express';
import session from 'express-session';

/** `clients`: by name, what the console gave. */
const { port, issuer, clients } = JSON.parse(process.env.SETTINGS);
const address = `http://127.0.0.1:${port}`;
const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();

const app = express();
app.use(session({ secret: 'a secret of these applications', resave: false, saveUninitialized: false, name: 'applications' }));
for (const file of globSync('libraries/*.mjs', { cwd: import.meta.dirname })) {
  const name = file.slice('libraries/'.length, -'.mjs'.length);
  const { default: create } = await import(new URL(file, import.meta.url).href);
  app.use(`/${name}`, await create({ issuer, metadata, address: `${address}/${name}`, ...clients[name] }));
}
app.get(['/', '/bye'], (_, response) => response.send('goodbye'));
app.use((error, _request, response, _next) => response.status(500).json({ failed: String(error.cause ?? error), at: error.stack }));
app.listen(port, '127.0.0.1');
