import { type App, type Demo, isExampleInstalled, loadSampleKeys, prepareDemo, type Store, startExample } from '../app/index.ts';
import type { Config } from '../config/index.ts';

const samplesOf = ({ port }: Config) => ({ oidc: `http://localhost:${port + 1}`, saml: `http://localhost:${port + 2}` });
const sampleApiOf = ({ port }: Config) => `http://localhost:${port + 3}`;

/** Whether this server shows what it can do: on its own store, at a port whose neighbours the samples take. Every process of it may call the sample. */
export function isDemo(config: Config, { isEmbedded }: Pick<Store, 'isEmbedded'>): boolean {
  if (!config.demo || !isEmbedded || config.port === 0) return false;
  config.outboundAllow.push(new URL(samplesOf(config).oidc).host);
  return true;
}

const hasSamples = (): boolean => ['openid-connect', 'saml', 'api'].every(isExampleInstalled);

export type ReadyDemo = {
  /** Starts the sample applications. @returns ends them */
  startSamples(say: (line: string) => void): () => void;
  announce(say: (line: string) => void): void;
};

/** Fills an empty store, or finds what it was filled with. @returns undefined when the store is not a demo's */
export async function openDemo(config: Config, app: App): Promise<ReadyDemo | undefined> {
  const samples = samplesOf(config);
  const keys = await loadSampleKeys(config.dataDir);
  const demo = await prepareDemo(app.services, samples, keys);
  if (!demo) return undefined;
  return {
    startSamples(say) {
      const running = hasSamples() ? startSamples(config, demo, keys, say) : [];
      return () => running.forEach((one) => void one.kill());
    },
    announce: (say) => announce(config, demo, app.keepsMails, say),
  };
}

function startSamples(
  config: Config,
  { issuer: ISSUER, api }: Demo,
  { key: PRIVATE_KEY, certificate: CERTIFICATE }: Awaited<ReturnType<typeof loadSampleKeys>>,
  say: (line: string) => void,
) {
  const samples = samplesOf(config);
  const { identifier: IDENTIFIER = '', metadata: RESOURCE_METADATA = '' } = api ?? {};
  const ofApi: Record<string, string> = api ? { API: sampleApiOf(config), API_IDENTIFIER: IDENTIFIER } : {};
  return [
    startExample('openid-connect', { ISSUER, CLIENT_ID: 'sample', ADDRESS: samples.oidc, ...ofApi }, say),
    ...(api ? [startExample('api', { ISSUER, IDENTIFIER, RESOURCE_METADATA, ADDRESS: sampleApiOf(config) }, say)] : []),
    startExample('saml', { ISSUER, PRIVATE_KEY, CERTIFICATE, ADDRESS: samples.saml }, say),
  ];
}

function announce(config: Config, { issuer, api, passwords }: Demo, keepsMails: boolean, say: (line: string) => void): void {
  const samples = samplesOf(config);
  say('');
  say(`  Launchpad       ${issuer}/launchpad`);
  say(`  Administration  ${issuer}/admin`);
  if (hasSamples()) {
    say(`  Sample (OIDC)   ${samples.oidc}/`);
    say(`  Sample (SAML)   ${samples.saml}/`);
    if (api) say(`  Sample (API)    ${sampleApiOf(config)}/notes`);
  } else say('  Samples         not installed: examples/ and its packages are missing here');
  if (keepsMails) say(`  Mails           ${issuer}/mails (on this machine only; set PORTARIA_SMTP_URL to send them)`);
  for (const { login, password } of passwords) say(`  ${login.padEnd(22)}${password}`);
  if (passwords.length > 0) say('  These passwords are shown only now.');
  say('');
}
