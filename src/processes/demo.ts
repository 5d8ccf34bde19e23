import {
  type App,
  type Demo,
  isExampleInstalled,
  loadSampleKeys,
  notePasswordsShown,
  prepareDemo,
  type Store,
  startExample,
  whileItStarts,
} from '../app/index.ts';
import type { Config } from '../config/index.ts';

const samplesOf = ({ port }: Config) => ({ oidc: `http://localhost:${port + 1}`, saml: `http://localhost:${port + 2}` });
const sampleApiOf = ({ port }: Config) => `http://localhost:${port + 3}`;

type OpenedStore = Pick<Store, 'isEmbedded' | 'isShared'>;

const mayBeDemo = ({ demo, port }: Config, { isEmbedded }: OpenedStore): boolean => demo && isEmbedded && port > 0;

/** Says why there are no samples here. */
export function tellShared(config: Config, store: OpenedStore, say: (line: string) => void): void {
  if (mayBeDemo(config, store) && store.isShared)
    say('  Another Portaria runs on this data folder: this one shares its store, and leaves its sample applications alone.');
}

/** Whether this server shows what it can do: on its own store, at a port whose neighbours the samples take. Every process of it may call the sample. */
export function isDemo(config: Config, store: OpenedStore): boolean {
  if (!mayBeDemo(config, store) || store.isShared) return false;
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
export async function openDemo(config: Config, app: App, store: Store): Promise<ReadyDemo | undefined> {
  const samples = samplesOf(config);
  const keys = await loadSampleKeys(config.dataDir);
  const demo = await whileItStarts(store, () => prepareDemo(app.services, samples, keys, config.dataDir));
  if (!demo) return undefined;
  return {
    startSamples(say) {
      const running = hasSamples() ? startSamples(config, demo, keys, say) : [];
      return () => running.forEach((one) => void one.kill());
    },
    announce(say) {
      announce(config, demo, app.keepsMails, say);
      notePasswordsShown(config.dataDir);
    },
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
