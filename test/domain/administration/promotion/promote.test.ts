import { expect } from 'chai';
import { describeConfiguration } from '../../../../src/domain/administration/configuration/index.ts';
import { compareWithApproval, promote } from '../../../../src/domain/administration/promotion/index.ts';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { applyApproval, applyProduction, around, oidcApplication, ownRedirect, promoteAll } from '../../../support/promotion.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain: promoting from approval to production', () => {
  const store = useStore();

  it('a new application comes with what production says of it, and nobody is asked twice', async () => {
    const { scope } = store;
    await applyApproval(scope, { applications: [oidcApplication('crm')] });
    const comparison = await compareWithApproval(scope);
    console.log(
      JSON.stringify(
        comparison.differences.map(({ id, action, fields, questions }) => ({ id, action, fields: fields.length, questions })),
        null,
        1,
      ),
    );
    const done = await promoteAll(scope, { picked: ['application crm'], values: ownRedirect('crm') });
    expect(done).to.have.property('outcome', 'applied');
    const crm = (await findApplicationByCode(scope, 'crm'))!;
    expect(crm.oidc!.redirect_uris).to.deep.equal(['https://crm.acme.example/cb']);
  });
});
