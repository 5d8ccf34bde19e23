// Applications that sign people in, each by another library, at /NAME of one server. Each knows what the console's page of it says, and no more.
import express from 'express';
import session from 'express-session';

/** `clients`: by name, what the console gave. */
const { port, issuer, clients } = JSON.parse(process.env.SETTINGS);
const address = `http://127.0.0.1:${port}`;
const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();

const app = express();
app.use(session({ secret: 'a secret of these applications', resave: false, saveUninitialized: false, name: 'applications' }));
for (const [name, given] of Object.entries(clients)) {
  const { default: create } = await import(`./libraries/${name}.mjs`);
  app.use(`/${name}`, await create({ issuer, metadata, address: `${address}/${name}`, ...given }));
}
app.get(['/', '/bye'], (_, response) => response.send('goodbye'));
app.use((error, _request, response, _next) => response.status(500).json({ failed: String(error.cause ?? error), at: error.stack }));
app.listen(port, '127.0.0.1');
