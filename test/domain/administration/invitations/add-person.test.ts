import { expect } from 'chai';
import { addPerson, type NewPerson, resendInvitation } from '../../../../src/domain/administration/invitations/index.ts';
import { findApplicationByCode, getApplication } from '../../../../src/domain/applications/applications/index.ts';
import { listApplicationsOfUser } from '../../../../src/domain/applications/assignments/index.ts';
import { findGroupByName, groupNamesOf } from '../../../../src/domain/people/groups/index.ts';
import { changeStatus, type NewUser, type User } from '../../../../src/domain/people/users/index.ts';
import { listOpenLinks } from '../../../../src/domain/records/one-time-links/index.ts';
import type { UserId } from '../../../../src/domain/scope.ts';
import { findPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/administration/invitations: adding a person', () => {
  const store = useStore();
  let links: NewPerson['links'];
  before(async () => {
    const application = await findApplicationByCode(store.scope, 'mobile');
    links = {
      groupIds: [(await findGroupByName(store.scope, 'Finance'))!.groupId],
      applicationIds: [(await getApplication(store.scope, application!.applicationId)).applicationId],
    };
  });
  const linksOf = (userId: UserId) => listOpenLinks(store.scope, userId, ['invitation']);
  const none = { groupIds: [], applicationIds: [] };
  const rui = { firstName: 'Rui', lastName: 'Reis', role: 'regular' as const };
  const newPerson = (person: Partial<NewUser>, more: Partial<NewPerson> = {}): NewPerson => ({
    person: { ...rui, ...person },
    links: none,
    activation: 'invitation',
    locale: 'pt-BR',
    ...more,
  });

  it('S61: by invitation the person is Invited, without a password, and a link is mailed', async () => {
    let user: User | undefined;
    const types = await store.eventsOf(async () => {
      user = await addPerson(store.scope, newPerson({ email: 'rui@acme.example' }, { links }));
    });
    expect(types).to.deep.equal(['user.created', 'group.member-added', 'application.assigned', 'user.invited']);
    expect(user).to.include({ status: 'invited' });
    expect(await findPassword(store.scope, user!.userId)).to.equal(undefined);
    expect(await groupNamesOf(store.scope, user!.userId)).to.include('Finance');
    expect((await listApplicationsOfUser(store.scope, user!.userId)).map(({ code }) => code)).to.have.members(['mobile', 'payroll']);
    expect(await linksOf(user!.userId)).to.have.length(1);
  });

  it('S62: by temporary password the person is Activated, must change it, and nothing is mailed', async () => {
    let user: User | undefined;
    const types = await store.eventsOf(async () => {
      user = await addPerson(store.scope, newPerson({ username: 'rui' }, { activation: 'temporary-password' }));
    });
    expect(types).to.include('user.created').and.not.include('user.invited');
    expect(user).to.include({ status: 'activated' });
    expect(await findPassword(store.scope, user!.userId)).to.include({ mustChange: true });
    expect(await linksOf(user!.userId)).to.deep.equal([]);
  });

  it('what does not fit is refused as a whole: no account stays behind', async () => {
    const cases: Refusals = [
      ['invalid_input', () => addPerson(store.scope, newPerson({ username: 'nobody' }))],
      ['invalid_input', () => addPerson(store.scope, newPerson({ email: 'no address' }))],
      [
        'invalid_input',
        () => addPerson(store.scope, newPerson({ username: 'boss', role: 'administrator' }, { activation: 'temporary-password' })),
      ],
      ['login_taken', () => addPerson(store.scope, newPerson({ email: 'ana@acme.example' }))],
    ];
    for (const id of [unknownId, 'no-id'])
      for (const wrong of [
        { ...none, groupIds: [id] },
        { ...none, applicationIds: [id] },
      ])
        cases.push(['not_found', () => addPerson(store.scope, newPerson({ email: 'gone@acme.example' }, { links: wrong }))]);
    for (const [code, work] of cases) await store.refused(code, work);
  });

  it('S71: whoever has no e-mail cannot be invited, and the form hears of all faults at once', async () => {
    const faults = await store.refused('invalid_input', () =>
      addPerson(store.scope, newPerson({ username: 'x y', firstName: '', lastName: '' })),
    );
    expect(faults).to.have.all.keys('activation', 'username', 'firstName');
  });

  it('S112, S113: an invitation is sent again to who is Invited, to nobody else', async () => {
    const invited = await addPerson(store.scope, newPerson({ email: 'again@acme.example' }));
    expect(await store.eventsOf(() => resendInvitation(store.scope, invited.userId, 'en'))).to.deep.equal(['user.invited']);
    expect(await linksOf(invited.userId), 'the one before it is over').to.have.length(1);
    const gone = await changeStatus(store.scope, invited.userId, 'deactivate');
    for (const { userId } of [gone, await store.person()])
      await store.refused('status_conflict', () => resendInvitation(store.scope, userId, 'en'));
  });

  it('the account, its links and its events stand or fall together', async () => {
    for (const activation of ['invitation', 'temporary-password'] as const)
      await store.inOneTransaction((scope) => addPerson(scope, newPerson({ email: 'whole@acme.example' }, { activation, links })));
  });
});
