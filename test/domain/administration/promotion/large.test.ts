import { expect } from 'chai';
import { compareWithApproval } from '../../../../src/domain/administration/promotion/index.ts';
import { findContextByCode } from '../../../../src/domain/company/contexts/index.ts';
import { applyApproval, applyProduction, oidcApplication, ownApplication } from '../../../support/promotion.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/administration/promotion: many applications', () => {
  const store = useStore();

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
      let statements = 0;
      const note = () => statements++;
      scope.db.on('query', note);
      const { differences } = await compareWithApproval(scope);
      scope.db.removeListener('query', note);
      return { statements, changed: differences.filter(({ action }) => action === 'change').length };
    };
    const few = await count();
    expect(few.changed).to.equal(1);
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
  });
});
