import { expect } from 'chai';
import { applicationSortKeys, countApplications, listApplications } from '../../../../src/domain/applications/applications/index.ts';
import type { Sort } from '../../../../src/domain/keyset.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/applications/applications: lists in every order', () => {
  const store = useStore();
  before(async () => {
    const { db, contextId } = store.scope;
    for (let i = 0; i < 30; i++) {
      const [{ id }] = (await db.raw('SELECT gen_random_uuid() AS id')).rows;
      await db('applications').insert({
        context_id: contextId,
        application_id: id,
        code: `sorted-${i}`,
        name: `Sorted ${i % 9}`,
        name_key: `sorted ${i % 9}`,
        category: ['', 'HR', 'Sales'][i % 3],
        enabled: i % 4 > 0,
        saml: i % 2 ? JSON.stringify({}) : null,
        created_at: new Date(),
        updated_at: new Date(),
      } as never);
    }
  });

  const ids = (items: { applicationId: string }[]) => items.map(({ applicationId }) => applicationId);
  for (const sort of applicationSortKeys.flatMap((key): Sort<typeof key>[] => [key, `-${key}`]))
    it(`${sort}: page by page, to the end and back`, async () => {
      for (const filter of [
        {},
        { search: 'sorted' },
        { status: 'disabled' },
        { protocol: 'saml', status: 'enabled' },
        { protocol: 'link' },
      ]) {
        const whole = ids((await listApplications(store.scope, { ...filter, sort }, 1000)).items);
        expect(whole.length)
          .to.equal(await countApplications(store.scope, filter))
          .and.be.greaterThan(2);
        const pages: string[][] = [];
        let page = await listApplications(store.scope, { ...filter, sort }, 4);
        for (pages.push(ids(page.items)); page.cursor; pages.push(ids(page.items)))
          page = await listApplications(store.scope, { ...filter, sort, cursor: page.cursor }, 4);
        expect(pages.flat()).to.deep.equal(whole);
        for (let n = pages.length - 2; n >= 0; n--) {
          page = await listApplications(store.scope, { ...filter, sort, before: page.previous }, 4);
          expect(ids(page.items), `back to ${n}`).to.deep.equal(pages[n]);
        }
        expect(page.previous).to.equal(undefined);
      }
    });
});
