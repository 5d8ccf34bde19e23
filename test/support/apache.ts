import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { send } from './jar.ts';

const modules = '/usr/lib/apache2/modules';
const apache = '/usr/sbin/apache2';

type Module = 'auth_openidc' | 'auth_mellon' | 'oauth2' | 'shib';

/** What to install, or undefined when everything is here. */
export const missingForApache = (module: Module = 'auth_openidc'): string | undefined =>
  existsSync(apache) && existsSync(`${modules}/mod_${module}.so`)
    ? undefined
    : `apt-get install apache2 libapache2-mod-${module.replace('_', '-')}`;

type OpenidcSettings = { port: number; issuer: string; clientId: string; clientSecret: string; more?: string };
export type Httpd = { url: string; stop(): void | Promise<void>; errorLog(): string };

/** A real OpenID Connect relying party: Apache with mod_auth_openidc, which protects /protected/. */
export const startApache = ({ port, issuer, clientId, clientSecret, more = '' }: OpenidcSettings): Promise<Httpd> =>
  startHttpd(
    port,
    'auth_openidc',
    {},
    (_, url) => `
OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${clientId}
OIDCClientSecret ${clientSecret}
OIDCRedirectURI ${url}/protected/redirect_uri
OIDCCryptoPassphrase 0123456789abcdef0123456789abcdef
OIDCScope "openid email profile groups"
OIDCPKCEMethod S256
OIDCRemoteUserClaim preferred_username
OIDCSessionType server-cache
OIDCPassClaimsAs environment
${more}
<Location /protected>
  AuthType openid-connect
  Require valid-user
</Location>`,
  );

export type MellonSettings = { port: number; idpMetadata: string; key: string; certificate: string; user?: string; more?: string };

/** A real SAML service provider: Apache with mod_auth_mellon, which protects /protected/. */
export const startMellon = ({ port, idpMetadata, key, certificate, user = 'NAME_ID', more = '' }: MellonSettings): Promise<Httpd> =>
  startHttpd(
    port,
    'auth_mellon',
    { 'idp.xml': idpMetadata, 'sp.key': key, 'sp.crt': certificate },
    (folder, url) => `
<Location />
  MellonEndpointPath /mellon
  MellonSPentityId ${url}/mellon/metadata
  MellonSPPrivateKeyFile ${folder}/sp.key
  MellonSPCertFile ${folder}/sp.crt
  MellonIdPMetadataFile ${folder}/idp.xml
  MellonSecureCookie On
  MellonUser "${user}"
  MellonSignatureMethod rsa-sha256
  MellonEnable info
  ${more}
</Location>
<Location /protected>
  AuthType Mellon
  MellonEnable auth
  Require valid-user
</Location>`,
  );

/** Apache with one module, pages below /protected/ that say who is signed in, and one at /bye. */
export async function startHttpd(
  port: number,
  module: Module,
  files: Record<string, string>,
  directives: (folder: string, url: string) => string,
): Promise<Httpd> {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-apache-'));
  chmodSync(folder, 0o755);
  mkdirSync(`${folder}/htdocs/protected`, { recursive: true });
  mkdirSync(`${folder}/logs`);
  writeFileSync(`${folder}/htdocs/protected/index.shtml`, 'USER=<!--#echo var="REMOTE_USER" -->\n<!--#printenv -->\n');
  writeFileSync(`${folder}/htdocs/bye`, 'goodbye\n');
  const load = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'dir', 'mime', 'env', 'include', module].map(
    (name) => `LoadModule ${name === 'shib' ? 'mod_shib' : `${name}_module`} ${modules}/mod_${name}.so`,
  );
  const url = `http://127.0.0.1:${port}`;
  for (const [name, content] of Object.entries(files)) writeFileSync(`${folder}/${name}`, content);
  const config = `
ServerRoot ${folder}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${folder}/httpd.pid
Mutex file:${folder}/logs default
ErrorLog ${folder}/logs/error.log
LogLevel warn ${module === 'shib' ? '' : `${module}:info`}
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
${load.join('\n')}
TypesConfig /etc/mime.types
StartServers 1
MinSpareThreads 5
MaxSpareThreads 25
ThreadsPerChild 25
MaxRequestWorkers 25
DocumentRoot ${folder}/htdocs
DirectoryIndex index.shtml
AddType text/html .shtml
AddOutputFilter INCLUDES .shtml
<Directory ${folder}/htdocs>
  Options +Includes
  Require all granted
</Directory>
${directives(folder, url)}
`;
  writeFileSync(`${folder}/httpd.conf`, config);
  execFileSync(apache, ['-d', folder, '-f', `${folder}/httpd.conf`, '-k', 'start'], { stdio: 'pipe' });
  const errorLog = () => readFileSync(`${folder}/logs/error.log`, 'utf8');
  for (let i = 0; ; i++) {
    const up = await send(`${url}/bye`).then(
      () => true,
      () => false,
    );
    if (up) break;
    if (i > 100) throw new Error(`apache does not answer\n${errorLog()}`);
    await sleep(50);
  }
  return {
    url,
    errorLog,
    stop() {
      execFileSync(apache, ['-d', folder, '-f', `${folder}/httpd.conf`, '-k', 'stop'], { stdio: 'pipe' });
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}
