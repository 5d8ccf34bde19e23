import { expect } from 'chai';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import {
  type Configuration,
  compareConfigurations,
  type Difference,
  describeConfiguration,
  fileOf,
  invertDifferences,
  parseState,
  patchConfiguration,
  resolveReferences,
} from '../../../../src/domain/administration/configuration/index.ts';
import { type ApplyOptions, applyDifferences, applyState } from '../../../../src/domain/administration/desired-state/index.ts';
import { findContextByCode } from '../../../../src/domain/company/contexts/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { company } from '../../../support/companies.ts';
import { useStore } from '../../../support/use-cases.ts';

const secret = 'the-secret-of-every-application';
// a company costs the making of its keys; more are tried by hand, by raising this
const runs = { numRuns: 4, endOnFailure: true };

describe('domain/administration/configuration: generated companies', function () {
  this.timeout(300_000);
  const store = useStore();
  let count = 0;

  const scopeOf = async (code: string): Promise<Scope> => ({
    ...store.scope,
    contextId: (await findContextByCode(store.scope.db, code))!.contextId,
  });
  const describeOf = async (code: string): Promise<Configuration> => describeConfiguration(await scopeOf(code));
  const apply = (input: unknown, options: ApplyOptions = {}, env: Record<string, string> = {}) => {
    const { value, unresolved } = resolveReferences(input, (kind, name) => (kind === 'env' ? env[name] : undefined));
    return applyState(store.scope, parseState(value), { ...options, unresolved });
  };
  /** As an export would print it. @param given what a file means, before references are written */
  const asFile = (code: string, given: Record<string, unknown>) => {
    const { contexts } = fileOf({ code, name: code, environment: 'approval', ...given } as unknown as Configuration);
    const text = stringify({ contexts }, { aliasDuplicateObjects: false, lineWidth: 0 });
    return parse(text.replaceAll(/client_secret: .*/g, `client_secret: \${env:SECRET}`));
  };
  /** A new company. @returns its code */
  async function make(given: Record<string, unknown>): Promise<string> {
    const code = `generated-${++count}`;
    await apply(asFile(code, given), {}, { SECRET: secret });
    return code;
  }
  /** Of two companies what no difference is about. */
  const ofTheSame = (configuration: Configuration): Configuration => ({ ...configuration, code: 'x', name: 'x' });
  /** A custom field that went and comes back is the last. */
  const butForOrder = (differences: Difference[]) => differences.filter(({ kind }) => kind !== 'customFieldOrder');
  /** A client that is new needs a secret, which no difference has. */
  const withSecrets = (differences: Difference[]): Difference[] =>
    differences.map((one) =>
      one.kind === 'application' && one.key.startsWith('secret') && one.action === 'add'
        ? { ...one, fields: [...one.fields, { path: 'oidc.client_secret', after: secret }] }
        : one,
    );

  it('come back from their export without a change, and the export is the same again; no secret is in it', () =>
    fc.assert(
      fc.asyncProperty(company, async (given) => {
        const code = await make(given);
        const text = stringify(fileOf(await describeOf(code)), { aliasDuplicateObjects: false, lineWidth: 0 });
        expect(text).not.to.contain(secret);
        expect((await apply(parse(text))).changes).to.deep.equal([]);
        expect((await apply(asFile(code, given), { prune: true }, { SECRET: secret })).changes).to.deep.equal([]);
        expect(stringify(fileOf(await describeOf(code)), { aliasDuplicateObjects: false, lineWidth: 0 })).to.equal(text);
        const copy = `${code}-copy`;
        const { contexts } = parse(text) as { contexts: object[] };
        const renamed = stringify({ contexts: [{ ...contexts[0], code: copy }] }).replaceAll(
          /\$\{env:CLIENT_SECRET_\w+\}/g,
          `\${env:SECRET}`,
        );
        await apply(parse(renamed), {}, { SECRET: secret });
        expect(ofTheSame(await describeOf(copy))).to.deep.equal(ofTheSame(await describeOf(code)));
      }),
      runs,
    ));

  it('differ in nothing exactly if they are equal; what differs brings one to the other, on paper and in the store, and its inverse back', () =>
    fc.assert(
      fc.asyncProperty(company, company, async (one, other) => {
        const [first, second] = [await make(one), await make(other)];
        const [before, after] = [ofTheSame(await describeOf(first)), ofTheSame(await describeOf(second))];
        expect(compareConfigurations(before, before)).to.deep.equal([]);
        const plainly = compareConfigurations(before, after);
        expect(plainly.length === 0).to.equal(JSON.stringify(before) === JSON.stringify(after));
        expect(compareConfigurations(patchConfiguration(before, plainly), after)).to.deep.equal([]);
        expect(butForOrder(compareConfigurations(before, patchConfiguration(after, invertDifferences(plainly))))).to.deep.equal([]);
        const differences = withSecrets(plainly);
        const scope = await scopeOf(first);
        await applyDifferences(scope, differences);
        expect(compareConfigurations(ofTheSame(await describeOf(first)), after)).to.deep.equal([]);
        expect(ofTheSame(await describeOf(first))).to.deep.equal(after);
        await applyDifferences(scope, withSecrets(invertDifferences(compareConfigurations(before, after))));
        expect(butForOrder(compareConfigurations(before, ofTheSame(await describeOf(first))))).to.deep.equal([]);
      }),
      runs,
    ));

  it('have after a prune of every list what the file lists, and nothing else; the plan said so', () =>
    fc.assert(
      fc.asyncProperty(company, company, async (one, other) => {
        const code = await make(one);
        const file = asFile(code, other);
        const plan = await apply(file, { plan: true, dryRun: true, prune: true }, { SECRET: secret });
        const before = await describeOf(code);
        await apply(file, { prune: true }, { SECRET: secret });
        const after = await describeOf(code);
        expect(compareConfigurations(before, after)).to.deep.equal(plan.plan![0]!.differences);
        const wanted = await describeOf(await make(other));
        for (const list of ['customFields', 'groups', 'directories', 'applications', 'apis'] as const)
          expect(names(after[list]), list).to.have.members(names(wanted[list]));
        expect(after.policy.overrides).to.deep.equal(wanted.policy.overrides);
        expect(Object.keys(after.mails ?? {})).to.have.members(Object.keys(wanted.mails ?? {}));
      }),
      runs,
    ));

  const names = (list: object[]) =>
    list.map((one) =>
      JSON.stringify([(one as { code?: string }).code, (one as { identifier?: string }).identifier, (one as { name?: string }).name]),
    );
});
