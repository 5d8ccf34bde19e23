import type { Store } from '../app/open-store.ts';
import type { Config } from '../config/index.ts';
import { examineMasterKeys, listKeyUses } from '../domain/administration/master-keys/index.ts';
import { contextAddress, listContexts } from '../domain/company/contexts/index.ts';
import { loadSigningKeys } from '../domain/company/signing-keys/index.ts';
import { openScope, openServerScope } from '../domain/scope.ts';
import { systemClock } from '../platform/clock/index.ts';
import { pendingMigrations } from '../platform/database/index.ts';
import type { Finding } from './finding.ts';

export async function checkKeys(store: Store, config: Config): Promise<Finding[]> {
  const { database } = store;
  const hasSchema = await database.knex.schema.hasTable('contexts');
  const contexts = hasSchema ? await listContexts(database.knex) : [];
  if (contexts.length === 0)
    return [
      {
        check: 'contexts',
        level: 'warning',
        message: 'there is no company yet',
        remedy: 'portaria context create CODE --name NAME, or portaria apply FILE',
      },
    ];
  const findings: Finding[] = [
    {
      check: 'contexts',
      level: 'ok',
      message:
        contexts
          .map((context) => contextAddress(context, config.baseUrl))
          .slice(0, 5)
          .join(', ') + (contexts.length > 5 ? ` and ${contexts.length - 5} more` : ''),
    },
  ];
  for (const context of contexts) {
    const scope = openScope({ ...store, clock: systemClock }, context.contextId, { kind: 'operator', name: 'doctor' });
    try {
      const keys = await loadSigningKeys(scope);
      if (!keys.some(({ alg }) => alg === 'ES256') || !keys.some(({ alg }) => alg === 'RS256'))
        findings.push({
          check: 'keys',
          level: 'problem',
          message: `${context.code} lacks a signing key`,
          remedy: `portaria keys rotate ${context.code}`,
        });
    } catch {
      findings.push({
        check: 'keys',
        level: 'problem',
        message: `the keys of ${context.code} cannot be decrypted`,
        remedy:
          'PORTARIA_MASTER_KEYS (or master.key in the data directory) must hold the key they were made with; restore it from the backup.',
      });
    }
  }
  findings.push(...(await checkMasterKeys(store)));
  if (!findings.some(({ check }) => check === 'keys')) findings.push({ check: 'keys', level: 'ok', message: 'every context can sign' });
  return findings;
}

/** What the ring lacks, and which of its older keys something still needs. */
async function checkMasterKeys({ database, keyRing, hasher }: Store): Promise<Finding[]> {
  if ((await pendingMigrations(database.knex)).length > 0) return [];
  const check = 'master keys';
  const faults = await examineMasterKeys(database.knex, keyRing);
  const restore = 'PORTARIA_MASTER_KEYS (or master.key in the data directory) must hold it; restore it from the backup.';
  if (faults.length > 0) return faults.map((message) => ({ check, level: 'problem', message, remedy: restore }));
  const scope = openServerScope({ database, keyRing, hasher, clock: systemClock }, { kind: 'operator', name: 'doctor' });
  const uses = (await listKeyUses(scope)).filter(({ keyId }) => keyId !== keyRing.currentId);
  const needed = new Set(uses.map(({ keyId }) => keyId));
  return [
    ...[...needed].map((id): Finding => {
      const what = uses.filter(({ keyId }) => keyId === id).map(({ what, count }) => `${count} ${what}`);
      const message = `"${id}" is still needed by ${what.join(', ')}`;
      return keyRing.ids.includes(id)
        ? { check, level: 'warning', message, remedy: 'portaria keys re-encrypt, before it leaves the ring' }
        : { check, level: 'problem', message: `${message}, and is not there`, remedy: restore };
    }),
    ...keyRing.ids
      .slice(1)
      .filter((id) => !needed.has(id))
      .map(
        (id): Finding => ({
          check,
          level: 'warning',
          message: `nothing is under "${id}"`,
          remedy:
            'If it is an old one: portaria keys re-encrypt, and then take it out of PORTARIA_MASTER_KEYS or master.key. If it is new: put it first.',
        }),
      ),
    ...(uses.length === 0 && keyRing.ids.length === 1
      ? [{ check, level: 'ok', message: `everything is under "${keyRing.currentId}"` } as const]
      : []),
  ];
}
