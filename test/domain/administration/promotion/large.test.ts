import { expect } from 'chai';
import { compareWithApproval, undoPromotion } from '../../../../src/domain/administration/promotion/index.ts';
import { findContextByCode } from '../../../../src/domain/company/contexts/index.ts';
import { applyApproval, applyProduction, oidcApplication, ownApplication, ownRedirect, promoted } from '../../../support/promotion.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/administration/promotion: many applications', () => {
  const store = useStore();

  async function statementsOf<T>(work: () => Promise<T>): Promise<{ statements: string[]; result: T }> {
    const statements: string[] = [];
    const note = ({ sql }: { sql: string }) => statements.push(sql);
    store.scope.db.on('query', note);
    const result = await work().finally(() => store.scope.db.removeListener('query', note));
    return { statements, result };
  }

  /** Of a kind of statement those that write it down or lock; changing an object takes its own. */
  const bookkeeping = (statements: string[]) =>
    statements.filter((sql) => /promotion_objects|own_values|ANY\(.*for update/is.test(sql)).length;

  it('are locked and written down by as many statements as one', async () => {
    const { scope } = store;
    const codes = ['one', 'two', 'three', 'four', 'five'];
    const groups = codes.map((name) => ({ name: `Of ${name}` }));
    const every = (make: typeof oidcApplication, description: string) =>
      codes.map((code) => make(code, { description, assignedTo: { groups: [`Of ${code}`] } }));
    await applyApproval(scope, { groups, applications: every(oidcApplication, 'new') });
    await applyProduction(scope, { groups, applications: every(ownApplication, 'old') });
    const counted: number[][] = [];
    for (const some of [codes.slice(0, 1), codes]) {
      const picked = some.map((code) => `application ${code}`);
      const there = await statementsOf(() => promoted(scope, { picked, values: ownRedirect(...some) }));
      const back = await statementsOf(() => undoPromotion(scope, there.result.promotionId, false));
      expect(back.result).to.have.property('outcome', 'undone');
      counted.push([bookkeeping(there.statements), bookkeeping(back.statements)]);
    }
    expect(counted[0]![0]).to.be.greaterThan(1);
    expect(counted[0]).to.deep.equal(counted[1]);
    await promoted(scope, { picked: codes.map((code) => `application ${code}`) });
  });

  it('are compared by a few statements, however many there are', async () => {
    const { scope } = store;
    await applyApproval(scope, {
      groups: [{ name: 'All' }],
      applications: [oidcApplication('model', { description: 'new', assignedTo: { groups: ['All'] } })],
    });
    await applyProduction(scope, {
      groups: [{ name: 'All' }],
      applications: [ownApplication('model', { description: 'old', assignedTo: { groups: ['All'] } })],
    });
    const count = async () => {
      const { statements, result } = await statementsOf(() => compareWithApproval(scope));
      return { statements: statements.length, changed: result.differences.filter(({ action }) => action === 'change').length };
    };
    const promoteOne = async (description: string) => {
      await applyApproval(scope, { applications: [oidcApplication('model', { description })] });
      return (await statementsOf(() => promoted(scope, { picked: ['application model'] }))).statements.length;
    };
    const few = await count();
    expect(few.changed).to.equal(1);
    const alone = await promoteOne('newer');
    await applyApproval(scope, { applications: [oidcApplication('model', { description: 'newest' })] });
    for (const code of ['acme', 'acme-approval']) {
      const { contextId } = (await findContextByCode(scope.db, code))!;
      await scope.db.raw(
        `WITH copies AS (
           INSERT INTO applications (context_id, application_id, code, name, name_key, description, navigable, oidc, oidc_client_id, created_at, updated_at)
           SELECT context_id, gen_random_uuid(), 'app-' || n, 'App ' || n, 'app ' || n, description, navigable,
             jsonb_set(oidc, '{client_id}', to_jsonb('app-' || n)), 'app-' || n, created_at, updated_at
           FROM applications, generate_series(1, 500) n WHERE context_id = :contextId AND code = 'model' RETURNING application_id)
         INSERT INTO application_groups (context_id, application_id, group_id)
         SELECT :contextId, application_id, (SELECT group_id FROM groups WHERE context_id = :contextId AND name = 'All') FROM copies`,
        { contextId },
      );
    }
    const many = await count();
    expect(many).to.deep.equal({ statements: few.statements, changed: 501 });
    expect(await promoteOne('last'), 'one of many is promoted by as many statements').to.equal(alone);
  });
});
