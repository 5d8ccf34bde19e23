import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { send } from './jar.ts';
import type { Software } from './missing.ts';
import { until as untilTrue } from './patience.ts';
import { freePort } from './server.ts';

type Keys = { pem: string; certificate: string };
/** `make` gives the document that this software makes of itself, `contains` what shows that it is its own. */
type Maker = { name: string; needs: Software[]; contains: string; make(keys: Keys): Promise<string> };

async function inFolder<T>(files: Record<string, string>, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-sp-'));
  chmodSync(folder, 0o755);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

const until = <T>(found: () => T | false | Promise<T | false>, what: string) =>
  untilTrue(() => Promise.resolve(found()).catch(() => undefined), what, 30_000);

const fetchWhenUp = (url: string): Promise<string> =>
  until(async () => {
    const { status, text } = await send(url);
    return status === 200 && text;
  }, url);

/** shibd and Apache with mod_shib: the address that every Shibboleth SP has. */
const shibboleth = ({ pem, certificate }: Keys): Promise<string> =>
  inFolder({ 'sp.key': pem, 'sp.crt': certificate }, async (folder) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const modules = '/usr/lib/apache2/modules';
    mkdirSync(`${folder}/logs`);
    writeFileSync(
      `${folder}/shibboleth2.xml`,
      `<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config" logger="${folder}/logger" clockSkew="180">
  <UnixListener address="${folder}/shibd.sock"/>
  <ApplicationDefaults entityID="${url}/shibboleth" REMOTE_USER="eppn">
    <Sessions lifetime="28800" timeout="3600" relayState="ss:mem" checkAddress="false" handlerSSL="false" cookieProps="http">
      <SSO entityID="https://idp.example/idp">SAML2</SSO>
      <Logout>SAML2 Local</Logout>
      <Handler type="MetadataGenerator" Location="/Metadata" signing="false"/>
    </Sessions>
    <CredentialResolver type="File" use="signing" key="${folder}/sp.key" certificate="${folder}/sp.crt"/>
    <CredentialResolver type="File" use="encryption" key="${folder}/sp.key" certificate="${folder}/sp.crt"/>
  </ApplicationDefaults>
  <SecurityPolicyProvider type="XML" path="/etc/shibboleth/security-policy.xml"/>
  <ProtocolProvider type="XML" path="/etc/shibboleth/protocols.xml"/>
</SPConfig>`,
    );
    const root = process.getuid?.() === 0;
    const loaded = ['mpm_event', 'authn_core', 'authz_core', 'authz_user'].map(
      (name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`,
    );
    writeFileSync(
      `${folder}/httpd.conf`,
      `ServerRoot ${folder}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${folder}/httpd.pid
Mutex file:${folder}/logs default
ErrorLog ${folder}/logs/error.log
${root ? 'User www-data\nGroup www-data' : ''}
${loaded.join('\n')}
LoadModule mod_shib ${modules}/mod_shib.so
ShibConfig ${folder}/shibboleth2.xml
DocumentRoot ${folder}
`,
    );
    writeFileSync(`${folder}/logger`, 'log4j.rootCategory=ERROR\n');
    const shibd = spawn('/usr/sbin/shibd', ['-f', '-F', '-c', `${folder}/shibboleth2.xml`], { stdio: 'ignore' });
    const apache = (command: string) =>
      execFileSync('/usr/sbin/apache2', ['-d', folder, '-f', `${folder}/httpd.conf`, '-k', command], { stdio: 'pipe' });
    try {
      await until(() => existsSync(`${folder}/shibd.sock`), 'the socket of shibd');
      if (root) chmodSync(`${folder}/shibd.sock`, 0o777);
      apache('start');
      try {
        return await fetchWhenUp(`${url}/Shibboleth.sso/Metadata`);
      } finally {
        apache('stop');
        await until(() => !existsSync(`${folder}/httpd.pid`), 'the end of Apache');
      }
    } finally {
      const ended = new Promise((resolve) => shibd.once('exit', resolve));
      if (shibd.exitCode === null && shibd.kill()) await ended;
    }
  });

/** SimpleSAMLphp behind PHP's own web server. */
const simpleSamlPhp = ({ pem, certificate }: Keys): Promise<string> =>
  inFolder({ 'cert/sp.key': pem, 'cert/sp.crt': certificate }, async (folder) => {
    const port = await freePort();
    for (const name of ['config', 'log', 'data', 'metadata']) mkdirSync(join(folder, name));
    writeFileSync(
      `${folder}/config/config.php`,
      `<?php $config = ['baseurlpath' => 'http://127.0.0.1:${port}/', 'certdir' => '${folder}/cert/', 'loggingdir' => '${folder}/log/', 'datadir' => '${folder}/data/',
        'tempdir' => '${folder}/data', 'metadatadir' => '${folder}/metadata', 'secretsalt' => 'a salt of no secret', 'auth.adminpassword' => 'nobody signs in here',
        'technicalcontact_name' => 'A', 'technicalcontact_email' => 'a@sp.example', 'timezone' => 'UTC', 'logging.handler' => 'file', 'logging.level' => 3,
        'store.type' => 'phpsession', 'session.phpsession.savepath' => '${folder}/data', 'metadata.sources' => [['type' => 'flatfile']],
        'language.default' => 'en', 'language.available' => ['en'], 'module.enable' => [], 'debug' => null];`,
    );
    writeFileSync(
      `${folder}/config/authsources.php`,
      `<?php $config = ['default-sp' => ['saml:SP', 'entityID' => null, 'idp' => null, 'privatekey' => 'sp.key', 'certificate' => 'sp.crt', 'sign.authnrequest' => true]];`,
    );
    const php = spawn('/usr/bin/php', ['-S', `127.0.0.1:${port}`, '-t', '/usr/share/simplesamlphp/www'], {
      env: { ...process.env, SIMPLESAMLPHP_CONFIG_DIR: `${folder}/config` },
      stdio: 'ignore',
    });
    try {
      return await fetchWhenUp(`http://127.0.0.1:${port}/module.php/saml/sp/metadata.php/default-sp`);
    } finally {
      const ended = new Promise((resolve) => php.once('exit', resolve));
      if (php.exitCode === null && php.kill()) await ended;
    }
  });

const pysaml2 = async ({ pem, certificate }: Keys): Promise<string> => {
  const input = JSON.stringify({ do: 'metadata', url: 'http://127.0.0.1:9', key: pem, certificate });
  const script = new URL('../interop/python/pysaml2_sp.py', import.meta.url).pathname;
  return JSON.parse(execFileSync('/usr/bin/python3', [script], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })).xml;
};

/** Software that is a service provider, and makes its own metadata. */
export const makers: Maker[] = [
  {
    name: "Shibboleth SP's own address",
    needs: ['apache', 'mod_shib'],
    contains: 'This is example metadata only.',
    make: shibboleth,
  },
  {
    name: 'shib-metagen',
    needs: ['mod_shib'],
    contains: 'urn:oasis:names:tc:SAML:1.1:protocol',
    make: ({ certificate }) =>
      inFolder({ 'sp.crt': certificate }, async (folder) =>
        execFileSync('/usr/bin/shib-metagen', ['-c', `${folder}/sp.crt`, '-h', 'sp.example', '-LN'], { encoding: 'utf8' }),
      ),
  },
  {
    name: 'mellon_create_metadata',
    needs: ['mod_auth_mellon'],
    contains: 'https://sp.example/mellon/postResponse',
    make: () =>
      inFolder({}, async (folder) => {
        execFileSync('/usr/sbin/mellon_create_metadata', ['urn:example:sp', 'https://sp.example/mellon'], { cwd: folder, stdio: 'pipe' });
        return readFileSync(`${folder}/urn_example_sp.xml`, 'utf8');
      }),
  },
  {
    name: 'SimpleSAMLphp',
    needs: ['simplesamlphp'],
    contains: 'urn:oasis:names:tc:SAML:1.0:profiles:browser-post',
    make: simpleSamlPhp,
  },
  {
    name: 'pysaml2',
    needs: ['pysaml2'],
    contains: 'http://127.0.0.1:9/md',
    make: pysaml2,
  },
];
