// The limit to compare with for tokens of APIs: Koa and pg alone, on the same store. It looks up the client and its secret, and signs a token or looks one up.
import { createHash, generateKeyPairSync, timingSafeEqual } from 'node:crypto';
import { SignJWT } from 'jose';
import Koa from 'koa';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/database/index.ts';

const [port = '0', dataDir = '', clientId = '', secret = '', token = ''] = process.argv.slice(2);
const hash = (text: string) => createHash('sha256').update(text).digest();
const { url } = await startEmbeddedPostgres(dataDir);
const named = (name: string) => url.replace('/portaria?', `/${name}?`);
const administrator = new pg.Client({ connectionString: named('postgres') });
await administrator.connect();
await administrator.query('CREATE DATABASE bare');
await administrator.end();
const pool = new pg.Pool({ connectionString: named('bare'), max: 10 });
await pool.query(
  'CREATE TABLE clients (id text PRIMARY KEY, secret bytea NOT NULL); CREATE TABLE tokens (hash bytea PRIMARY KEY, payload jsonb NOT NULL)',
);
await pool.query('INSERT INTO clients VALUES ($1, $2)', [clientId, hash(secret)]);
await pool.query('INSERT INTO tokens VALUES ($1, $2)', [hash(token), { scope: 'bench:read', client_id: clientId, exp: 2 ** 31 }]);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const app = new Koa();
app.use(async (ctx) => {
  let text = '';
  for await (const chunk of ctx.req) text += chunk;
  const form = new URLSearchParams(text);
  const [id = '', given = ''] = Buffer.from(ctx.get('authorization').slice('Basic '.length), 'base64').toString().split(':');
  const { rows } = await pool.query({ name: 'client', text: 'SELECT secret FROM clients WHERE id = $1', values: [decodeURIComponent(id)] });
  if (!rows[0] || !timingSafeEqual(rows[0].secret, hash(decodeURIComponent(given)))) ctx.throw(401);
  if (ctx.path === '/introspect') {
    const values = [hash(form.get('token') ?? '')];
    const found = await pool.query({ name: 'token', text: 'SELECT payload FROM tokens WHERE hash = $1', values });
    ctx.body = { active: found.rows.length === 1, ...found.rows[0]?.payload };
  } else {
    const claims = { scope: form.get('scope'), client_id: id };
    const signing = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt' }).setIssuedAt().setExpirationTime('15m');
    ctx.body = {
      access_token: await signing.setAudience(form.get('resource') ?? '').sign(privateKey),
      token_type: 'Bearer',
      expires_in: 900,
    };
  }
});
const server = app.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
server.keepAliveTimeout = 65_000; // as ours: it waits while the other side is measured
