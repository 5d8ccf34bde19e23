import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import {
  type Configuration,
  compareConfigurations,
  describeConfiguration,
  fileOf,
  parseState,
  resolveReferences,
} from '../../../../src/domain/administration/configuration/index.ts';
import { type ApplyOptions, applyState } from '../../../../src/domain/administration/desired-state/index.ts';
import { findContextByCode } from '../../../../src/domain/company/contexts/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { useStore } from '../../../support/use-cases.ts';

const secret = 'a-secret-of-the-payroll-application';
const everything = readFileSync(new URL('../../../fixtures/companies/everything.yaml', import.meta.url), 'utf8');

describe('domain/administration/configuration: there and back', () => {
  const store = useStore();
  const scopeOf = async (code: string): Promise<Scope> => ({
    ...store.scope,
    contextId: (await findContextByCode(store.scope.db, code))!.contextId,
  });
  const apply = (text: string, env: Record<string, string> = {}, options: ApplyOptions = {}) => {
    const { value, unresolved } = resolveReferences(parse(text), (_kind, name) => env[name]);
    return applyState(store.scope, parseState(value), { ...options, unresolved });
  };
  const exported = async (code: string): Promise<string> =>
    stringify(fileOf(await describeConfiguration(await scopeOf(code))), { aliasDuplicateObjects: false, lineWidth: 0 });

  it('a company with everything in it comes back from its export without a change', async () => {
    await apply(everything, { EVERYTHING_PAYROLL: secret });
    const first = await exported('everything');
    const again = await store.unchanged(() => apply(first));
    expect(again.changes).to.deep.equal([]);
    expect(again.keptSecrets).to.deep.equal([
      { application: 'payroll', reference: `\${env:CLIENT_SECRET_EVERYTHING_PAYROLL}`, context: 'everything' },
    ]);
    expect((await store.unchanged(() => apply(everything, { EVERYTHING_PAYROLL: secret }))).changes).to.deep.equal([]);
    expect(await exported('everything')).to.equal(first);
    expect(first).not.to.contain(secret);
  });

  it('and on a server that does not have it, it becomes the same company', async () => {
    const before = await describeConfiguration(await scopeOf('everything'));
    const text = (await exported('everything'))
      .replace('code: everything', 'code: copy')
      .replace('https://login.everything', 'https://login.copy');
    await apply(text, { CLIENT_SECRET_EVERYTHING_PAYROLL: secret });
    const after = await describeConfiguration(await scopeOf('copy'));
    const copied: Configuration = { ...before, code: 'copy', address: 'https://login.copy.example' };
    expect(compareConfigurations(copied, after)).to.deep.equal([]);
    expect(after).to.deep.equal(copied);
  });
});
