import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Httpd, startHttpd } from './apache.ts';
import { isOver, pause } from './patience.ts';

const shibd = '/usr/sbin/shibd';

export type ShibbolethSettings = {
  port: number;
  idp: string;
  /** The address of our metadata, or its text. */
  metadata: { url: string; certificate: string } | { xml: string };
  key: string;
  certificate: string;
};
type Shibboleth = Httpd & { log(): string };

/** A real Shibboleth service provider: Apache with mod_shib, which protects /protected/, and its daemon. */
export async function startShibboleth({ port, idp, metadata, key, certificate }: ShibbolethSettings): Promise<Shibboleth> {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-shibd-'));
  chmodSync(folder, 0o777);
  const url = `http://127.0.0.1:${port}`;
  const isRoot = process.getuid?.() === 0;
  const files = {
    'sp.key': key,
    'sp.crt': certificate,
    'idp.xml': 'xml' in metadata ? metadata.xml : '',
    'pinned.pem': 'url' in metadata ? metadata.certificate : '',
    'attribute-map.xml': attributeMap,
    'shibd.logger': logger(`${folder}/shibd.log`),
    'native.logger': logger(`${folder}/native.log`),
    'shibboleth2.xml': configuration(folder, url, idp, metadata),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(`${folder}/${name}`, content, { mode: 0o644 });
  const as = isRoot ? ['-u', 'www-data', '-g', 'www-data'] : [];
  const daemon = spawn(shibd, ['-F', '-f', '-c', `${folder}/shibboleth2.xml`, '-p', `${folder}/shibd.pid`, ...as], { stdio: 'ignore' });
  const log = () => (existsSync(`${folder}/shibd.log`) ? readFileSync(`${folder}/shibd.log`, 'utf8') : '');
  const end = async () => {
    await endProcess(daemon);
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  };
  try {
    for (const begun = performance.now(); !existsSync(`${folder}/shibd.sock`); ) {
      if (daemon.exitCode !== null || isOver(begun, 20_000)) throw new Error(`shibd does not start\n${log()}`);
      await pause(50);
    }
    const httpd = await startHttpd(
      port,
      'shib',
      {},
      () => `
ShibConfig ${folder}/shibboleth2.xml
<Location /Shibboleth.sso>
  SetHandler shib
</Location>
<Location /protected>
  AuthType shibboleth
  ShibRequestSetting requireSession 1
  Require shib-session
</Location>`,
    );
    return {
      ...httpd,
      log,
      async stop() {
        await httpd.stop();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const logger = (file: string): string => `
log4j.rootCategory=INFO, log
log4j.appender.log=org.apache.log4j.FileAppender
log4j.appender.log.fileName=${file}
log4j.appender.log.layout=org.apache.log4j.PatternLayout
log4j.appender.log.layout.ConversionPattern=%p %c: %m%n
`;

const attributeMap = `<Attributes xmlns="urn:mace:shibboleth:2.0:attribute-map" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <Attribute name="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress" id="person">
    <AttributeDecoder xsi:type="NameIDAttributeDecoder" formatter="$Name"/>
  </Attribute>
</Attributes>`;

const provider = (folder: string, metadata: ShibbolethSettings['metadata']): string =>
  'xml' in metadata
    ? `<MetadataProvider type="XML" validate="true" path="${folder}/idp.xml"/>`
    : `<MetadataProvider type="XML" validate="true" url="${metadata.url}" backingFilePath="${folder}/backing.xml" minRefreshDelay="1" maxRefreshDelay="1">
      <MetadataFilter type="RequireValidUntil" maxValidityInterval="604800"/>
      <MetadataFilter type="Signature" certificate="${folder}/pinned.pem"/>
    </MetadataProvider>`;

const configuration = (folder: string, url: string, idp: string, metadata: ShibbolethSettings['metadata']): string => `
<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config" clockSkew="180">
  <OutOfProcess logger="${folder}/shibd.logger"/>
  <InProcess logger="${folder}/native.logger"/>
  <UnixListener address="${folder}/shibd.sock"/>
  <ApplicationDefaults entityID="${url}/shibboleth" REMOTE_USER="person" signing="true" requireTransportAuth="false" requireConfidentiality="false"
    signingAlg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" digestAlg="http://www.w3.org/2001/04/xmlenc#sha256">
    <Sessions lifetime="28800" timeout="3600" relayState="ss:mem" checkAddress="false" handlerSSL="false" cookieProps="http" redirectLimit="exact">
      <SSO entityID="${idp}">SAML2</SSO>
      <Logout>SAML2 Local</Logout>
      <Handler type="MetadataGenerator" Location="/Metadata" signing="false"/>
    </Sessions>
    ${provider(folder, metadata)}
    <AttributeExtractor type="XML" validate="true" path="${folder}/attribute-map.xml"/>
    <CredentialResolver type="File" key="${folder}/sp.key" certificate="${folder}/sp.crt"/>
  </ApplicationDefaults>
  <SecurityPolicyProvider type="XML" validate="true" path="/etc/shibboleth/security-policy.xml"/>
  <ProtocolProvider type="XML" validate="true" reloadChanges="false" path="/etc/shibboleth/protocols.xml"/>
</SPConfig>`;
