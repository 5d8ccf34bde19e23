import { expect } from 'chai';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import {
  acceptTerms,
  countAcceptances,
  findTerms,
  giveConsent,
  hasConsent,
  listAcceptancesOf,
  listConsents,
  publishTerms,
  withdrawConsent,
  withdrawTerms,
} from '../../../../src/domain/applications/consents/index.ts';
import { changeStatus, getUser } from '../../../../src/domain/people/users/index.ts';
import type { ApplicationId, Scope } from '../../../../src/domain/scope.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

const texts = (body: string) => ({ en: { title: 'Terms', body } });

describe('domain/applications/consents', () => {
  const store = useStore();
  let payroll: ApplicationId;
  let mobile: ApplicationId;
  let foreign: ApplicationId;
  before(async () => {
    const idOf = async (scope: Scope, code: string) => (await findApplicationByCode(scope, code))!.applicationId;
    payroll = await idOf(store.scope, 'payroll');
    mobile = await idOf(store.scope, 'mobile');
    foreign = await idOf(store.other, 'payroll');
  });

  it('a consent is added to, holds for one person and one application, and is withdrawn', async () => {
    const { scope } = store;
    const [{ userId }, other] = [await store.person(), await store.person()];
    const types = await store.eventsOf(async () => {
      await giveConsent(scope, userId, payroll, ['openid', 'email']);
      await giveConsent(scope, userId, payroll, ['email', 'profile']);
    });
    expect(types).to.deep.equal(['consent.given', 'consent.given']);
    expect(await hasConsent(scope, userId, payroll, ['openid', 'email', 'profile'])).to.equal(true);
    expect(await hasConsent(scope, userId, payroll, ['openid', 'address'])).to.equal(false);
    expect(await hasConsent(scope, userId, mobile, ['openid'])).to.equal(false);
    expect(await hasConsent(scope, other.userId, payroll, ['openid'])).to.equal(false);
    expect(await store.eventsOf(() => withdrawConsent(scope, userId, payroll))).to.deep.equal(['consent.withdrawn']);
    expect(await hasConsent(scope, userId, payroll, ['openid'])).to.equal(false);
    expect(await listConsents(scope, userId)).to.deep.equal([]);
  });

  it('what was not agreed to is not withdrawn, and nothing is agreed to of an application that is not here', async () => {
    const [{ userId }, other] = [await store.person(), await store.person()];
    await giveConsent(store.scope, other.userId, payroll, ['openid']);
    for (const id of [payroll, foreign, unknownId, 'no-id'])
      await store.refused('not_found', () => withdrawConsent(store.scope, userId, id));
    for (const id of [foreign, unknownId as ApplicationId])
      await store.refused('not_found', () => giveConsent(store.scope, userId, id, ['openid']));
  });

  it('terms: a new edition asks everybody again, and who accepted which stays', async () => {
    const { scope } = store;
    const { userId } = await store.person();
    expect(await store.eventsOf(() => publishTerms(scope, texts('First'), 0))).to.deep.equal(['settings.changed', 'terms.published']);
    expect(await store.eventsOf(() => acceptTerms(scope, userId, 1, 'en'))).to.deep.equal(['terms.accepted']);
    await store.unchanged(() => acceptTerms(scope, userId, 1, 'en'));
    expect((await getUser(scope, userId)).termsEdition).to.equal(1);
    expect(await publishTerms(scope, texts('Second'), 1)).to.equal(2);
    expect((await countAcceptances(scope, 2)).accepted).to.equal(0);
    await acceptTerms(scope, userId, 2, 'pt-BR');
    expect((await listAcceptancesOf(scope, userId)).map(({ edition, locale }) => [edition, locale])).to.deep.equal([
      [2, 'pt-BR'],
      [1, 'en'],
    ]);
    const deactivated = await changeStatus(scope, (await store.person()).userId, 'deactivate');
    const cases: Refusals = [
      ['changed_meanwhile', () => acceptTerms(scope, userId, 1, 'en')],
      ['changed_meanwhile', () => acceptTerms(scope, userId, 3, 'en')],
      ['signed_out', () => acceptTerms(scope, deactivated.userId, 2, 'en')],
      ['not_found', () => acceptTerms(scope, unknownId, 2, 'en')],
      ['changed_meanwhile', () => publishTerms(scope, texts('Third'), 1)],
      ['changed_meanwhile', () => publishTerms(scope, texts('Third'), 3)],
      ['invalid_input', () => publishTerms(scope, texts('Second'), 2)],
      ['invalid_input', () => publishTerms(scope, texts(' '), 2)],
      ['invalid_input', () => publishTerms(scope, {}, 2)],
      ['invalid_input', () => publishTerms(scope, { xx: { title: 'T', body: 'B' } }, 2)],
    ];
    for (const stranger of [await store.stranger()]) cases.push(['not_found', () => acceptTerms(scope, stranger, 2, 'en')]);
    for (const [code, work] of cases) await store.refused(code, work);
    expect(await store.eventsOf(() => withdrawTerms(scope))).to.deep.equal(['settings.changed', 'terms.withdrawn']);
    await store.unchanged(() => withdrawTerms(scope));
    await store.refused('changed_meanwhile', () => acceptTerms(scope, userId, 2, 'en'));
    expect(await listAcceptancesOf(scope, userId), 'who accepted what stays').to.have.length(2);
    expect(await publishTerms(scope, texts('Second'), 2), 'the same again, after it was withdrawn').to.equal(3);
  });

  it('what was agreed to and its event stand or fall together', async () => {
    const { userId } = await store.person();
    await giveConsent(store.scope, userId, mobile, ['openid']);
    await store.inOneTransaction((scope) => giveConsent(scope, userId, payroll, ['openid']));
    await store.inOneTransaction((scope) => withdrawConsent(scope, userId, mobile));
    const edition = (await findTerms(store.scope))!.edition;
    await store.inOneTransaction((scope) => publishTerms(scope, texts('Another'), edition));
    await store.inOneTransaction((scope) => acceptTerms(scope, userId, edition, 'en'));
    await store.inOneTransaction((scope) => withdrawTerms(scope));
  });
});
