import { generateKeyPair, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { type ApplyResult, applyState, type DesiredState, parseState } from '../domain/administration/desired-state/index.ts';
import { findApiByIdentifier } from '../domain/applications/apis/index.ts';
import { editApplication, findApplicationByCode } from '../domain/applications/applications/index.ts';
import { listContexts } from '../domain/company/contexts/index.ts';
import { openScope, openServerScope, type ServerScope } from '../domain/scope.ts';
import { randomPassword } from '../platform/crypto/index.ts';
import { createCertificate } from '../platform/saml/index.ts';
import type { ResolvedContext, Services } from '../web/request/index.ts';

export type Demo = {
  issuer: string;
  passwords: ApplyResult['generatedPasswords'];
  /** The sample API, unless the store was filled before there was one, or somebody deleted it. */
  api?: { identifier: string; metadata: string };
};

export type SampleAddresses = { oidc: string; saml: string };

export type SampleKeys = { key: string; certificate: string };

/** What the SAML sample signs its messages with: made once, kept in the data directory. */
export async function loadSampleKeys(dataDir: string): Promise<SampleKeys> {
  const path = join(dataDir, 'sample-saml-key.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const notBefore = new Date();
  const notAfter = new Date(notBefore.getTime() + 10 * 365 * 24 * 3600 * 1000);
  const certificate = createCertificate(privateKey, publicKey, 'RS256', {
    commonName: 'Sample application',
    notBefore,
    notAfter,
    serialNumber: randomBytes(15),
  });
  const keys: SampleKeys = { key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, certificate };
  writeFileSync(path, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

const actor = { kind: 'system', name: 'demo' } as const;

/** What config/demo.yaml says, with the addresses of this start. */
export function readDemo(addresses: SampleAddresses, { certificate }: Pick<SampleKeys, 'certificate'>): DesiredState {
  const text = readFileSync(new URL('../../config/demo.yaml', import.meta.url), 'utf8')
    .replaceAll('{oidcAddress}', addresses.oidc)
    .replaceAll('{samlAddress}', addresses.saml)
    .replaceAll('{samlCertificate}', certificate.replaceAll('\n', ''));
  return parseState(parse(text));
}

/**
 * Fills an empty store with config/demo.yaml. On later starts, while the demo's sample applications are still there, their addresses follow the port.
 * @returns what to tell the operator, or undefined when this is no demo
 */
export async function prepareDemo(
  services: Services,
  addresses: SampleAddresses,
  keys: SampleKeys,
  dataDir: string,
): Promise<Demo | undefined> {
  const state = readDemo(addresses, keys);
  const { code, applications } = state.contexts[0]!;
  const existing = await listContexts(services.database.knex);
  let passwords: Demo['passwords'] = [];
  if (existing.length === 0) {
    writeFileSync(pendingFile(dataDir), '', { mode: 0o600 });
    const result = await applyState(openServerScope(services, actor), state);
    passwords = result.generatedPasswords;
  } else {
    const context = existing.find((one) => one.code === code);
    if (!context) return undefined;
    if (existsSync(pendingFile(dataDir))) passwords = await replacePasswords(openServerScope(services, actor), state);
    const scope = openScope(services, context.contextId, actor);
    const known = await Promise.all(applications.map((sample) => findApplicationByCode(scope, sample.code)));
    if (!known[0]) return undefined;
    for (const [index, { enabled: _e, assignedTo: _a, logo: _l, catalogueEntry: entry, ...sample }] of applications.entries()) {
      const application = known[index];
      const hasMoved = application?.launchUrl !== sample.launchUrl || application?.saml?.entityId !== sample.saml?.entityId;
      if (application && hasMoved)
        await editApplication(scope, application.applicationId, { ...sample, ...(entry ? { catalogueEntry: entry } : {}) });
    }
  }
  const context = (await listContexts(services.database.knex)).find((one) => one.code === code)!;
  const resolved = await services.contexts.byId(context.contextId);
  return { issuer: resolved!.url, passwords, api: await findSampleApi(services, resolved!, state) };
}

/** Is there while nobody has been shown the passwords: a start that was interrupted leaves that to the next one. */
const pendingFile = (dataDir: string): string => join(dataDir, 'demo-passwords-pending');

export const notePasswordsShown = (dataDir: string): void => rmSync(pendingFile(dataDir), { force: true });

/** Only hashes of the ones before are kept. */
async function replacePasswords(scope: ServerScope, state: DesiredState): Promise<Demo['passwords']> {
  const { code, name, users = [] } = state.contexts[0]!;
  const passwords = users.map(({ email, username }) => ({ context: code, login: email ?? username!, password: randomPassword() }));
  const renewed = users.map(({ email, username }, i) => ({ email, username, password: passwords[i]!.password }));
  await applyState(scope, parseState({ contexts: [{ code, name, users: renewed }] }));
  return passwords;
}

async function findSampleApi(services: Services, { contextId, url }: ResolvedContext, state: DesiredState): Promise<Demo['api']> {
  const { identifier } = state.contexts[0]!.apis[0]!;
  const found = await findApiByIdentifier(openScope(services, contextId, actor), identifier);
  return found && { identifier, metadata: `${url}${services.pathOf({ page: 'api-metadata', api: found.apiId })}` };
}
