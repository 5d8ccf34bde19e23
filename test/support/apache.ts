import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { send } from './jar.ts';
import { until } from './patience.ts';

const modules = '/usr/lib/apache2/modules';
const apache = '/usr/sbin/apache2';

type Module = 'auth_openidc' | 'auth_mellon' | 'oauth2' | 'shib';

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

/** A real resource server: Apache with mod_oauth2, where each path asks about tokens in the name of one application (RFC 7662). */
export const startOauth2 = (port: number, issuer: string, clientSecret: string, askers: Record<string, string>): Promise<Httpd> =>
  startHttpd(port, 'oauth2', {}, () =>
    Object.entries(askers)
      .map(
        ([path, client]) => `
<Location ${path}>
  AuthType oauth2
  OAuth2TokenVerify introspect ${issuer}/oidc/introspect introspect.auth=client_secret_basic&client_id=${client}&client_secret=${clientSecret}
  OAuth2TargetPass remote_user_claim=client_id
  Require valid-user
</Location>`,
      )
      .join(''),
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
  const isUp = () =>
    send(`${url}/bye`).then(
      () => true,
      () => false,
    );
  await until(isUp, () => `apache does not answer\n${errorLog()}`);
  return {
    url,
    errorLog,
    stop() {
      execFileSync(apache, ['-d', folder, '-f', `${folder}/httpd.conf`, '-k', 'stop'], { stdio: 'pipe' });
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}
