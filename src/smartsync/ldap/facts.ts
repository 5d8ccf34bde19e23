import type { DirectoryKind } from '../../smartsync-protocol/index.ts';
import type { Connection } from './connection.ts';
import { domainOf } from './dn.ts';
import { textOf, textsOf } from './entry.ts';
import { ConnectionFailure } from './failure.ts';

/** What a server reports about itself. `extensions`: controls, extensions and features by OID. */
export type Facts = {
  kind: DirectoryKind;
  rootDn?: string;
  accountDomain?: string;
  serverName?: string;
  extensions: Set<string>;
  /** AD: where its invocation id stands. */
  serviceDn?: string;
  /** AD: of the server's clock beyond ours. */
  clockOffsetSeconds?: number;
};

const attributes = [
  'defaultNamingContext',
  'namingContexts',
  'supportedCapabilities',
  'supportedControl',
  'supportedExtension',
  'supportedFeatures',
  'dnsHostName',
  'dsServiceName',
  'currentTime',
  'forestFunctionality',
];

/** LDAP_CAP_ACTIVE_DIRECTORY_OID. */
const activeDirectory = '1.2.840.113556.1.4.800';

/** Reads the root DSE (RFC 4512 §5.1). @param baseDn of the settings */
export async function readFacts(connection: Connection, baseDn?: string): Promise<Facts> {
  const root = await connection.read('', attributes);
  if (!root) throw new ConnectionFailure('not-ldap', 'the server has no root DSE');
  const isAd = textsOf(root, 'supportedCapabilities').includes(activeDirectory) || textOf(root, 'forestFunctionality') !== undefined;
  const contexts = textsOf(root, 'namingContexts');
  const rootDn = textOf(root, 'defaultNamingContext') ?? contexts.find((one) => /^\s*(dc|o|c|ou)=/i.test(one)) ?? contexts[0];
  const time = generalizedTime(textOf(root, 'currentTime'));
  return {
    kind: isAd ? 'active-directory' : 'openldap',
    rootDn,
    accountDomain: domainOf((isAd ? rootDn : (baseDn ?? rootDn)) ?? ''),
    serverName: textOf(root, 'dnsHostName'),
    extensions: new Set(['supportedControl', 'supportedExtension', 'supportedFeatures'].flatMap((name) => textsOf(root, name))),
    serviceDn: textOf(root, 'dsServiceName'),
    clockOffsetSeconds: time === undefined ? undefined : Math.round((time.getTime() - Date.now()) / 1000),
  };
}

/** A time of RFC 4517 §3.3.13 in UTC, as directories write it. */
export function generalizedTime(text: string | undefined): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.,]\d+)?Z$/.exec(text ?? '');
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [number, number, number, number, number, number];
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second));
}
