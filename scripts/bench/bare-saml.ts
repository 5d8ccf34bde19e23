// The limit to compare with for a SAML response: Koa and pg alone, on the same store. It reads a session, writes a row, signs twice with a key of the same kind, and answers with the form.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import Koa from 'koa';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/database/index.ts';

const [port = '0', dataDir = '', signatures = '1'] = process.argv.slice(2);
const { url } = await startEmbeddedPostgres(dataDir);
const named = (name: string) => url.replace('/portaria?', `/${name}?`);
const administrator = new pg.Client({ connectionString: named('postgres') });
await administrator.connect();
await administrator.query('CREATE DATABASE bare_saml');
await administrator.end();
const pool = new pg.Pool({ connectionString: named('bare_saml'), max: 10 });
await pool.query(
  'CREATE TABLE sessions (id text PRIMARY KEY, data jsonb NOT NULL); CREATE TABLE answers (id text PRIMARY KEY, told jsonb NOT NULL)',
);
await pool.query('INSERT INTO sessions VALUES ($1, $2)', ['one', { name: 'Person', mail: 'person@bench.example' }]);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signText = promisify(sign);
const filler = 'x'.repeat(4500); // an assertion with a certificate and a few attributes

const app = new Koa();
app.use(async (ctx) => {
  const { rows } = await pool.query({ name: 'session', text: 'SELECT data FROM sessions WHERE id = $1', values: ['one'] });
  const id = randomBytes(16).toString('hex');
  let xml = `<Response ID="${id}"><NameID>${rows[0].data.mail}</NameID>${filler}</Response>`;
  for (let n = 0; n < Number(signatures); n++) xml += (await signText('sha256', Buffer.from(xml), privateKey)).toString('base64');
  await pool.query({ name: 'answer', text: 'INSERT INTO answers VALUES ($1, $2)', values: [id, { session: 'one', length: xml.length }] });
  ctx.type = 'html';
  ctx.body = `<!doctype html><form method="post" action="https://sp.example/acs"><input type="hidden" name="SAMLResponse" value="${Buffer.from(xml).toString('base64')}"></form>`;
});
app.listen(Number(port), '127.0.0.1', () => console.log('ready'));
