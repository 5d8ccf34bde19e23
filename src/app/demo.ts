import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { editApplication, findApplicationByCode } from '../domain/applications/index.ts';
import { listContexts } from '../domain/contexts/index.ts';
import { type ApplyResult, applyState, parseState } from '../domain/provisioning/index.ts';
import { inTransaction } from '../domain/scope.ts';
import type { Services } from '../web/request/index.ts';

export type Demo = { contextCode: string; sampleAddress: string; issuer: string; passwords: ApplyResult['generatedPasswords'] };

/**
 * Fills an empty store with config/demo.yaml. On later starts, while the demo's sample application is still there, its addresses follow the port.
 * @returns what to tell the operator, or undefined when this is no demo
 */
export async function prepareDemo(services: Services, sampleAddress: string): Promise<Demo | undefined> {
  const text = readFileSync(new URL('../../config/demo.yaml', import.meta.url), 'utf8').replaceAll('{sampleAddress}', sampleAddress);
  const state = parseState(parse(text));
  const { code, applications } = state.contexts[0]!;
  const actor = { kind: 'system', name: 'demo' } as const;
  const existing = await listContexts(services.database.knex);
  let passwords: Demo['passwords'] = [];
  if (existing.length === 0) {
    const result = await applyState({ db: services.database.knex, clock: services.clock, actor }, state, services);
    passwords = result.generatedPasswords;
  } else {
    const context = existing.find((one) => one.code === code);
    if (!context) return undefined;
    const scope = { db: services.database.knex, contextId: context.contextId, clock: services.clock, actor };
    const { enabled: _e, assignedTo: _a, ...sample } = applications[0]!;
    const application = await findApplicationByCode(scope, sample.code);
    if (!application) return undefined;
    if (application.launchUrl !== sample.launchUrl)
      await inTransaction(scope, (inside) => editApplication(inside, application.applicationId, sample, services.keyRing));
  }
  const context = (await listContexts(services.database.knex)).find((one) => one.code === code)!;
  const resolved = await services.contexts.byId(context.contextId);
  return { contextCode: code, sampleAddress, issuer: resolved!.url, passwords };
}
