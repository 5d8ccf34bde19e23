import { X509Certificate } from 'node:crypto';
import type { ConfigurationObject, ObjectRef } from '../configuration/index.ts';
import { type Finding, finding } from './finding.ts';
import { ownFieldsOf, valueAt } from './own-fields.ts';

type Leaf = { path: string; text: string };

/** Every text in it with the path of its field; of lists the path of the list. */
export function listTexts(value: unknown, path = ''): Leaf[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((one) => listTexts(one, path));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, one]) => listTexts(one, path ? `${path}.${key}` : key));
}

const hostOf = (text: string): string | undefined =>
  /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text).hostname : undefined;
const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Whether the text has the address, and not only one that begins so. */
const names = (text: string, address: string): boolean =>
  text.includes(address) && !/^[a-z0-9-]/i.test(text.slice(text.indexOf(address) + address.length));

/**
 * Addresses that are not production's: of approval itself, of this machine, without encryption, or at a host that approval's own application has.
 * @param approval the same object there
 */
export function checkAddresses(object: ConfigurationObject, approval: ConfigurationObject | undefined, approvalAddress: string): Finding[] {
  const found = new Map<string, Finding>();
  const own = new Set(ownFieldsOf(object.kind).map(({ path }) => path));
  const hosts = new Set([...own].flatMap((path) => listTexts(valueAt(approval?.value, path)).flatMap(({ text }) => hostOf(text) ?? [])));
  const add = (one: Finding) => found.set(one.id, one);
  for (const { path, text } of listTexts(object.value)) {
    const host = hostOf(text);
    const isOwn = [...own].some((one) => path === one || path.startsWith(`${one}.`));
    if (names(text, approvalAddress)) add(finding('approval_address', object, { path, params: { address: approvalAddress } }));
    else if (host && isOwn && loopback.has(host)) add(finding('local_address', object, { path, params: { address: text } }));
    else if (isOwn && /^http:/i.test(text)) add(finding('plain_http', object, { path, params: { address: text } }));
    else if (host && isOwn && hosts.has(host)) add(finding('same_host', object, { path, params: { host } }));
  }
  return [...found.values()];
}

const dayMs = 86_400_000;

/** Certificates of partners that ended, or end within thirty days. */
export function checkCertificates(object: ConfigurationObject, now: Date): Finding[] {
  const paths = ['saml.signingCertificates', 'saml.encryptionCertificate'];
  return paths.flatMap((path) =>
    listTexts(valueAt(object.value, path)).flatMap(({ text }): Finding[] => {
      const notAfter = endOf(text);
      if (!notAfter) return [];
      const params = { day: notAfter.toISOString().slice(0, 10) };
      if (notAfter <= now) return [finding('certificate_ended', object, { path, params })];
      return notAfter.getTime() - now.getTime() < 30 * dayMs ? [finding('certificate_ends', object, { path, params })] : [];
    }),
  );
}

/** @returns undefined for what is no certificate: the use case that writes it says so */
function endOf(pem: string): Date | undefined {
  try {
    return new Date(new X509Certificate(pem).validTo);
  } catch {
    return undefined;
  }
}

/** Names by which protocols know an application, and that two applications have. */
export function checkNames(objects: ConfigurationObject[], isPicked: (object: ObjectRef) => boolean): Finding[] {
  const applications = objects.filter(({ kind }) => kind === 'application');
  const twice = (path: string, code: 'entity_id_used' | 'client_id_used'): Finding[] => {
    const first = new Map<string, ConfigurationObject[]>();
    for (const one of applications) {
      const name = valueAt(one.value, path);
      if (typeof name === 'string') first.set(name, [...(first.get(name) ?? []), one]);
    }
    return [...first].flatMap(([name, holders]) =>
      holders
        .filter((one) => holders.length > 1 && isPicked(one))
        .map((one) => finding(code, one, { path, params: { name }, other: holders.find((other) => other !== one) })),
    );
  };
  return [...twice('saml.entityId', 'entity_id_used'), ...twice('oidc.client_id', 'client_id_used')];
}
