import { expect } from 'chai';
import { changePolicy, confirmPolicy } from '../../src/domain/sign-in/authentication/index.ts';
import { loadPolicy } from '../../src/domain/sign-in/sign-in-policy/index.ts';
import { eventually } from './process.ts';
import type { TestServer } from './server.ts';

/** The rules of company acme, as its administrator would set and confirm them; resolves when the server has heard of it. */
export async function setPolicy(server: TestServer, base: Record<string, unknown>, overrides: unknown[] = []): Promise<void> {
  const scope = await server.scope();
  const { version } = await loadPolicy(scope);
  const change = await changePolicy(scope, { base, overrides }, version);
  if (change.outcome === 'on-trial') await confirmPolicy(scope, version + 1);
  const { rules } = await loadPolicy(scope);
  await eventually(async () => expect(await server.app.services.findPolicy(scope.contextId)).to.deep.equal(rules));
}
