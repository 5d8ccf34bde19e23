import { generateKeyPair, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { type ApplyResult, applyState, parseState } from '../domain/administration/desired-state/index.ts';
import { editApplication, findApplicationByCode } from '../domain/applications/applications/index.ts';
import { listContexts } from '../domain/company/contexts/index.ts';
import { openScope } from '../domain/scope.ts';
import { createCertificate } from '../platform/saml/index.ts';
import type { Services } from '../web/request/index.ts';

export type Demo = { contextCode: string; sampleAddress: string; issuer: string; passwords: ApplyResult['generatedPasswords'] };

export type SampleKeys = { key: string; certificate: string };

/** What the sample application signs its SAML messages with: made once, kept in the data directory. */
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

/**
 * Fills an empty store with config/demo.yaml. On later starts, while the demo's sample applications are still there, their addresses follow the port.
 * @returns what to tell the operator, or undefined when this is no demo
 */
export async function prepareDemo(services: Services, sampleAddress: string, { certificate }: SampleKeys): Promise<Demo | undefined> {
  const text = readFileSync(new URL('../../config/demo.yaml', import.meta.url), 'utf8')
    .replaceAll('{sampleAddress}', sampleAddress)
    .replaceAll('{sampleCertificate}', certificate.replaceAll('\n', ''));
  const state = parseState(parse(text));
  const { code, applications } = state.contexts[0]!;
  const actor = { kind: 'system', name: 'demo' } as const;
  const existing = await listContexts(services.database.knex);
  let passwords: Demo['passwords'] = [];
  if (existing.length === 0) {
    const result = await applyState({ ...services, db: services.database.knex, actor }, state);
    passwords = result.generatedPasswords;
  } else {
    const context = existing.find((one) => one.code === code);
    if (!context) return undefined;
    const scope = openScope(services, context.contextId, actor);
    const known = await Promise.all(applications.map((sample) => findApplicationByCode(scope, sample.code)));
    if (!known[0]) return undefined;
    const moved = known[0].launchUrl !== applications[0]!.launchUrl;
    for (const [index, { enabled: _e, assignedTo: _a, ...sample }] of moved ? applications.entries() : []) {
      const application = known[index];
      if (application) await editApplication(scope, application.applicationId, sample);
    }
  }
  const context = (await listContexts(services.database.knex)).find((one) => one.code === code)!;
  const resolved = await services.contexts.byId(context.contextId);
  return { contextCode: code, sampleAddress, issuer: resolved!.url, passwords };
}
