import { X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';

/** One setting of SmartSync. `key`: its name in smartsync.json. The table of docs/guides/smartsync.md is made from this list. `fallback` stands there where the default differs from machine to machine. */
export type Setting = {
  env: string;
  meaning: string;
  default?: string | number | boolean | string[];
  fallback?: string;
  unit?: string;
  secret?: boolean;
  /** Cannot stand in smartsync.json. */
  onlyEnvironment?: boolean;
  type: z.ZodType;
};

const list = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(/[,\s]+/))])
  .transform((entries) => entries.map((entry) => entry.trim()).filter(Boolean));
const flag = z.union([z.boolean(), z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true')]);
const text = z.string().transform((value) => value.trim());

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);

/** The company's address, without a slash at its end. */
const serverAddress = text.pipe(
  z
    .string()
    .refine((value) => /^https?:\/\/[^/]/i.test(value) && URL.canParse(value), 'must be an address such as https://id.example.com/acme')
    .refine(
      (value) => !URL.canParse(value) || new URL(value).protocol === 'https:' || isLoopback(new URL(value).hostname),
      'must begin with https:// (http:// only for a server on this machine)',
    )
    .refine(
      (value) => !URL.canParse(value) || !(new URL(value).search || new URL(value).hash || new URL(value).username),
      'must have no ?, no # and no user name',
    )
    .transform((value) => `${new URL(value).origin}${new URL(value).pathname.replace(/\/+$/, '')}`),
);

const isLdapAddress = (entry: string): boolean => {
  if (!/^ldaps?:\/\/[^/\s]+\/?$/i.test(entry) || !URL.canParse(entry)) return false;
  return new URL(entry).username === '';
};
const ldapUrls = list.superRefine((entries, { addIssue }) => {
  for (const entry of entries)
    if (!isLdapAddress(entry)) addIssue(`${entry.slice(0, 100)} is not an address such as ldaps://dc1.example.com or ldap://10.0.0.5:389`);
  if (entries.length > 20) addIssue('takes at most 20 addresses');
});

const fingerprints = list
  .transform((entries) => entries.map((entry) => entry.replaceAll(':', '').toLowerCase()))
  .superRefine((entries, { addIssue }) => {
    if (!entries.every((entry) => /^[0-9a-f]{64}$/.test(entry))) addIssue('must be SHA-256 fingerprints: 64 hexadecimal digits each');
  });

const certificates = text.pipe(
  z.string().refine((value) => readCertificates(value) !== undefined, 'must be certificates in PEM: -----BEGIN CERTIFICATE----- …'),
);

/** @returns undefined when one of them cannot be read, or there is none */
function readCertificates(pem: string): X509Certificate[] | undefined {
  try {
    const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
    return found?.map((one) => new X509Certificate(one));
  } catch {
    return undefined;
  }
}

const proxyAddress = text.pipe(
  z
    .string()
    .refine((value) => /^https?:\/\/[^/]/i.test(value) && URL.canParse(value), 'must be an address such as http://proxy.example.com:3128'),
);

export const settings = {
  server: {
    env: 'SMARTSYNC_SERVER',
    meaning: 'Address of the company in Portaria, such as `https://id.example.com/acme`; https, except on this machine',
    type: serverAddress.optional(),
  },
  token: {
    env: 'SMARTSYNC_TOKEN',
    meaning:
      'Token of the directory, shown once when you add it in the console. The agent uses it once, to enrol; a new one enrols it again',
    secret: true,
    type: text.pipe(z.string().max(200)).optional(),
  },
  name: {
    env: 'SMARTSYNC_NAME',
    meaning: 'Name of this agent in the console',
    default: hostname(),
    fallback: 'name of the machine',
    type: text.pipe(z.string().min(1).max(200)),
  },
  dataDir: {
    env: 'SMARTSYNC_DATA_DIR',
    meaning: 'Directory for `smartsync.json`, keys and identity; created with mode 0700. A separate one for each agent',
    default: 'data/smartsync',
    onlyEnvironment: true,
    type: z.string().min(1),
  },
  pagePort: {
    env: 'SMARTSYNC_PAGE_PORT',
    meaning: 'Port of the local page, on 127.0.0.1 only; 0: no page',
    default: 7788,
    type: z.coerce.number().int().min(0).max(65535),
  },
  ldapUrls: {
    env: 'SMARTSYNC_LDAP_URL',
    meaning: 'Servers of the directory, comma-separated, in the order they are tried: `ldaps://dc1.example.com,ldaps://dc2.example.com`',
    default: [],
    type: ldapUrls,
  },
  bindDn: {
    env: 'SMARTSYNC_BIND_DN',
    meaning: 'Account that SmartSync signs in to the directory with: a DN, or a UPN for Active Directory',
    default: '',
    type: text.pipe(z.string().max(1000)),
  },
  bindPassword: {
    env: 'SMARTSYNC_BIND_PASSWORD',
    meaning: 'Password of that account',
    secret: true,
    default: '',
    type: z.string().max(1000),
  },
  baseDn: {
    env: 'SMARTSYNC_BASE_DN',
    meaning: 'Base DN of people and groups, such as `dc=example,dc=com`. Unset: the one the directory reports',
    type: text.pipe(z.string().max(1000)).optional(),
  },
  startTls: { env: 'SMARTSYNC_START_TLS', meaning: 'Encrypt connections to `ldap://` addresses with StartTLS', default: false, type: flag },
  ca: {
    env: 'SMARTSYNC_CA',
    meaning:
      'CA certificates (PEM) that verify the directory’s certificate, instead of those Node.js trusts. Usually set as `SMARTSYNC_CA_FILE`',
    type: certificates.optional(),
  },
  pinnedFingerprints: {
    env: 'SMARTSYNC_PINNED_FINGERPRINTS',
    meaning: 'SHA-256 fingerprints of the directory’s certificates to trust whoever signed them, comma-separated',
    default: [],
    type: fingerprints,
  },
  timeoutSeconds: {
    env: 'SMARTSYNC_TIMEOUT',
    meaning: 'How long to wait for a response of the directory',
    unit: 'seconds',
    default: 10,
    type: z.coerce.number().int().min(1).max(120),
  },
  proxy: {
    env: 'SMARTSYNC_PROXY',
    meaning: 'HTTP proxy for connections to the server. Unset: `HTTPS_PROXY`, except for the hosts in `NO_PROXY`',
    type: proxyAddress.optional(),
  },
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export type Settings = { [Name in SettingName]: z.output<(typeof settings)[Name]['type']> };

/** Which may stand in smartsync.json. */
export const keysOfFile = (Object.keys(settings) as SettingName[]).filter((name) => !(settings[name] as Setting).onlyEnvironment);
