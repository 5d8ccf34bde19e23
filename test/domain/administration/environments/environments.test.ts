import { expect } from 'chai';
import {
  approvalColor,
  approvalInvitations,
  approvalReset,
  createApproval,
  createWithApproval,
  findPair,
  getApproval,
  getProduction,
  startApprovalInvitations,
  startReset,
} from '../../../../src/domain/administration/environments/index.ts';
import { addPerson } from '../../../../src/domain/administration/invitations/index.ts';
import { runOperationJob } from '../../../../src/domain/administration/operation-runs/index.ts';
import { createApi, listApis } from '../../../../src/domain/applications/apis/index.ts';
import { createApplication, listApplications } from '../../../../src/domain/applications/applications/index.ts';
import { brandingSettings, changeCompanyLogo, findCompanyLogo } from '../../../../src/domain/company/branding/index.ts';
import { changeSettings, loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { type Context, editContext, getOwnContext, listContexts } from '../../../../src/domain/company/contexts/index.ts';
import { createCustomField, listCustomFields } from '../../../../src/domain/company/custom-fields/index.ts';
import { newAccountsSettings } from '../../../../src/domain/company/new-accounts/index.ts';
import { listCertificates } from '../../../../src/domain/company/saml-certificates/index.ts';
import { loadSigningKeys } from '../../../../src/domain/company/signing-keys/index.ts';
import { addDirectory, listDirectories } from '../../../../src/domain/people/directories/index.ts';
import { addMembers, createGroup, groupNamesOf, searchGroups } from '../../../../src/domain/people/groups/index.ts';
import { findUserByLogin, fullName, listUsers, type User } from '../../../../src/domain/people/users/index.ts';
import { verifyChain } from '../../../../src/domain/records/audit/index.ts';
import { countRefused, findOperation, noteProgress } from '../../../../src/domain/records/operations/index.ts';
import type { OperationId, Scope } from '../../../../src/domain/scope.ts';
import { changePolicy } from '../../../../src/domain/sign-in/authentication/index.ts';
import { defaultPolicy, loadPolicy } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { actingFor, useStore } from '../../../support/use-cases.ts';

const runners = { [approvalInvitations.kind]: approvalInvitations.run, [approvalReset.kind]: approvalReset.run };
const tools = {
  runners: Object.fromEntries(Object.entries(runners).map(([kind, run]) => [kind, (scope: Scope, one: never) => run(scope, one, {})])),
};

const runOperation = (scope: Scope, operationId: OperationId) =>
  runOperationJob.run(() => scope, { contextId: scope.contextId, operationId }, tools as never, { isLast: true });

describe('domain/administration/environments: making a pair', () => {
  const store = useStore();

  it('S6: makes both, or none; each with keys, certificates and a colour of its own', async () => {
    const { contextId: _, ...server } = store.scope;
    const { production, approval } = await createWithApproval(server, { code: 'pair', name: 'Pair Ltd', timeZone: 'America/Sao_Paulo' });
    expect(production).to.deep.include({ code: 'pair', environment: 'production' });
    expect(production.pairedContextId).to.equal(undefined);
    expect(approval).to.deep.include({
      code: 'pair-approval',
      name: 'Pair Ltd (approval)',
      environment: 'approval',
      pairedContextId: production.contextId,
      timeZone: 'America/Sao_Paulo',
    });
    const [inProduction, inApproval] = [production, approval].map(({ contextId }) => ({ ...store.scope, contextId }));
    const kids = await Promise.all([inProduction!, inApproval!].map(async (scope) => (await loadSigningKeys(scope)).map(({ kid }) => kid)));
    expect(new Set(kids.flat()).size).to.equal(kids.flat().length).and.to.be.greaterThan(3);
    const certificates = await Promise.all([inProduction!, inApproval!].map(listCertificates));
    expect(new Set(certificates.flat().map(({ fingerprint }) => fingerprint)).size).to.equal(certificates.flat().length);
    expect((await loadSettings(inApproval!, brandingSettings)).value.color).to.equal(approvalColor);
    expect((await loadSettings(inProduction!, brandingSettings)).value.color).to.not.equal(approvalColor);
    expect([(await findPair(inProduction!))!.code, (await findPair(inApproval!))!.code]).to.deep.equal(['pair-approval', 'pair']);
    expect((await getApproval(inProduction!)).code).to.equal('pair-approval');
    expect((await getProduction(inApproval!)).code).to.equal('pair');

    const before = await listContexts(store.database.knex);
    // the code of approval is taken: production is not made alone
    await createApproval(server, { code: 'half-approval', name: 'Half' });
    await store.refused('context_code_taken', () => createWithApproval(server, { code: 'half', name: 'Half' }));
    expect(await listContexts(store.database.knex)).to.have.length(before.length + 1);
    const own = await createWithApproval(
      server,
      { code: 'own', name: 'Own', address: 'https://login.own.example' },
      { address: 'https://try.own.example' },
    );
    expect([own.production.address, own.approval.address]).to.deep.equal(['https://login.own.example', 'https://try.own.example']);
  });

  for (const [length, rule] of [
    [54, undefined],
    [55, 'fields.context_code_of_pair'],
    [63, 'fields.context_code_of_pair'],
    [64, 'fields.code_long'],
  ] as const)
    it(`S6: says which limit a code of ${length} characters is over, if any`, async () => {
      const { contextId: _, ...server } = store.scope;
      const create = () => createWithApproval(server, { code: 'x'.repeat(length), name: 'Long' });
      if (!rule) return expect((await create()).approval.code).to.have.length(63);
      return expect(await store.refused('invalid_input', create)).to.deep.equal({ code: rule });
    });

  it('shortens a long name for approval, and cuts no emoji in half', async () => {
    const { contextId: _, ...server } = store.scope;
    for (const [before, kept] of [
      [87, '🙂'],
      [88, ''],
      [89, ''],
    ] as const) {
      const begin = 'n'.repeat(before);
      const { approval } = await createWithApproval(server, { code: `emoji-${before}`, name: `${begin}🙂`.padEnd(100, 'm') });
      expect(approval.name).to.equal(`${begin}${kept} (approval)`);
    }
  });

  it('pairs one approval environment with one production, later too, and nothing else', async () => {
    const { contextId: _, ...server } = store.scope;
    const half = {
      ...store.scope,
      contextId: (await listContexts(store.database.knex)).find(({ code }) => code === 'half-approval')!.contextId,
    };
    await store.refused('not_found', () => getProduction(half));
    await store.refused('not_found', () => getApproval(half));
    const late = await createApproval(server, { code: 'late', name: 'Late', pairedContextId: store.scope.contextId });
    expect((await getApproval(store.scope)).contextId).to.equal(late.contextId);
    const others: [string, Partial<Context>][] = [
      ['paired_already', { pairedContextId: store.scope.contextId }],
      ['pairing', { pairedContextId: late.contextId }],
    ];
    for (const [code, changes] of others) {
      const before = await getOwnContext(half);
      await store.refused(code, () => editContext(half, before, changes));
      await store.refused(code, () => createApproval(server, { code: 'more', name: 'More', ...changes }));
    }
    const production = await getOwnContext(store.other);
    await store.refused('pairing', () => editContext(store.other, production, { pairedContextId: store.scope.contextId }));
    // again the same is no other
    await editContext({ ...store.scope, contextId: late.contextId }, late, { pairedContextId: store.scope.contextId });
  });
});

describe('domain/administration/environments: inviting people to approval', () => {
  const store = useStore();
  let approval: Scope;
  let ana: User;
  let asAna: Scope;

  before(async () => {
    ana = (await findUserByLogin(store.scope, 'ana@acme.example'))!;
    asAna = actingFor(store.scope, ana);
    const { contextId: _, ...server } = store.scope;
    const context = await createApproval(server, {
      code: 'acme-approval',
      name: 'Acme (approval)',
      pairedContextId: store.scope.contextId,
    });
    approval = { ...store.scope, contextId: context.contextId };
  });

  it('takes name, e-mail and the named groups along by invitation, and skips whoever cannot come', async () => {
    const eva = await store.person({
      email: 'eva@acme.example',
      firstName: 'Eva',
      lastName: 'Luz',
      department: 'Sales',
      role: 'administrator',
    });
    const noEmail = await store.person({ username: 'shop.floor' });
    const away = await store.person({ status: 'deactivated' });
    const [chosen, other] = [await createGroup(store.scope, { name: 'Chosen' }), await createGroup(store.scope, { name: 'Other' })];
    for (const { groupId } of [chosen, other]) await addMembers(store.scope, groupId, [eva.userId, noEmail.userId, ana.userId]);
    await createGroup(approval, { name: 'chosen' });

    const ids = [eva, noEmail, away, ana].map(({ userId }) => userId);
    let operationId: OperationId | undefined;
    const input = { groupIds: [chosen.groupId], locale: 'pt-BR' };
    expect(
      await store.eventsOf(async () => {
        operationId = await startApprovalInvitations(asAna, { ids }, input);
      }),
    ).to.deep.equal(['users.invited-to-approval']);
    await runOperation(store.scope, operationId!);
    const operation = (await findOperation(store.scope, operationId!))!;
    expect([operation.state, operation.total, operation.done, operation.refused]).to.deep.equal(['done', 4, 2, 2]);
    expect((await countRefused(store.scope, operationId!)).map(({ outcome }) => outcome)).to.have.members([
      'invitation_needs_email',
      'status_conflict',
    ]);

    const there = (await findUserByLogin(approval, 'eva@acme.example'))!;
    expect(there).to.include({ firstName: 'Eva', lastName: 'Luz', role: 'regular', status: 'invited', emailVerified: false });
    expect([there.userId === eva.userId, there.department, there.username]).to.deep.equal([false, undefined, undefined]);
    expect(await groupNamesOf(approval, there.userId)).to.deep.equal(['Everyone', 'chosen']);
    expect((await searchGroups(approval, { limit: 10 })).map(({ name }) => name)).to.deep.equal(['chosen']);
    // somebody has to begin there
    expect(await findUserByLogin(approval, 'ana@acme.example')).to.include({ role: 'administrator', status: 'invited' });
    for (const table of ['passwords', 'second_factors', 'sessions'] as const)
      expect(await approval.db(table).where('context_id', approval.contextId), table).to.deep.equal([]);
    const mails = (await store.queued('deliver-mail')).filter(({ contextId }) => contextId === approval.contextId);
    expect(mails.map(({ to, locale }) => [to, locale])).to.have.deep.members([
      ['eva@acme.example', 'pt-BR'],
      ['ana@acme.example', 'pt-BR'],
    ]);
    const events = await eventsOf(approval);
    expect(events.filter(({ type }) => type === 'user.created' || type === 'user.invited')).to.have.length(4);
    // no person of production stands in the audit of approval, which could never forget them
    for (const { type, actor } of events.filter(({ type: one }) => one.startsWith('user.')))
      expect(actor, type).to.deep.include({ kind: 'system', name: 'Acme S.A. (acme)' });

    const again = await startApprovalInvitations(asAna, { ids: [eva.userId] }, input);
    await runOperation(store.scope, again);
    expect(await countRefused(store.scope, again)).to.deep.equal([{ outcome: 'login_taken', n: 1 }]);
  });

  it('takes whole groups, everybody, and goes on where a process fell', async () => {
    const group = await createGroup(store.scope, { name: 'Whole' });
    const people = [];
    for (let n = 0; n < 25; n++) people.push(await store.person());
    await addMembers(
      store.scope,
      group.groupId,
      people.map(({ userId }) => userId),
    );
    const operationId = await startApprovalInvitations(asAna, { groupIds: [group.groupId] }, { groupIds: [], locale: 'en' }, 25);
    // the process falls at the thirteenth person
    let n = 0;
    const failing = new Error('the process fell');
    const falling = new Proxy(store.scope.db, {
      get(db, key) {
        if (key === 'transaction' && ++n >= 15) throw failing;
        return Reflect.get(db, key);
      },
    });
    await runOperationJob
      .run(() => ({ ...store.scope, db: falling }), { contextId: store.scope.contextId, operationId }, tools as never, { isLast: false })
      .then(
        () => expect.fail('it went through'),
        (error) => expect(error).to.equal(failing),
      );
    const half = (await findOperation(store.scope, operationId))!;
    expect(half.done).to.be.within(1, 24);
    await runOperation(store.scope, operationId);
    expect(await findOperation(store.scope, operationId)).to.include({ state: 'done', done: 25, refused: 0 });
    for (const one of people) expect(await findUserByLogin(approval, one.email!), fullName(one)).to.include({ status: 'invited' });
  });

  it('is refused where nobody is chosen, as many as agreed are not there, or there is no approval environment', async () => {
    const input = { groupIds: [], locale: 'en' };
    await store.refused('invalid_input', () => startApprovalInvitations(asAna, { ids: [] }, input));
    await store.refused('changed_meanwhile', () => startApprovalInvitations(asAna, { ids: [ana.userId] }, input, 2));
    await store.refused('not_found', () => startApprovalInvitations({ ...asAna, contextId: store.other.contextId }, { filter: {} }, input));
    await store.refused('not_found', () => startApprovalInvitations({ ...asAna, contextId: approval.contextId }, { filter: {} }, input));
    await store.inOneTransaction((scope) => startApprovalInvitations({ ...scope, actor: asAna.actor }, { ids: [ana.userId] }, input));
  });

  it('ends when whoever asked is no administrator any more', async () => {
    const once = await store.person({ role: 'administrator' });
    const operationId = await startApprovalInvitations(actingFor(store.scope, once), { filter: {} }, { groupIds: [], locale: 'en' });
    await store.scope.db('users').where('user_id', once.userId).update({ role: 'regular' });
    await runOperation(store.scope, operationId);
    expect(await findOperation(store.scope, operationId)).to.include({ state: 'failed', fault: 'administrators_only', done: 0 });
  });
});

describe('domain/administration/environments: resetting approval', () => {
  const store = useStore();
  let approval: Scope;
  let keeper: User;

  beforeEach(async () => {
    const { contextId: _, ...server } = store.scope;
    const found = (await listContexts(store.database.knex)).find(({ code }) => code === 'acme-approval');
    const context =
      found ?? (await createApproval(server, { code: 'acme-approval', name: 'Acme (approval)', pairedContextId: store.scope.contextId }));
    const system = { ...store.scope, contextId: context.contextId };
    const kept = { firstName: 'Keeper', lastName: '', email: 'keeper@acme.example', role: 'administrator' } as const;
    keeper =
      (await findUserByLogin(system, kept.email)) ??
      (await addPerson(system, {
        person: kept,
        links: { groupIds: [], applicationIds: [] },
        activation: 'temporary-password',
        locale: 'en',
      }));
    approval = actingFor(system, keeper);
    await fill();
    store.wait(1);
  });

  async function fill(): Promise<void> {
    const oidc = { client_id: 'app', token_endpoint_auth_method: 'none', redirect_uris: ['https://app.example/cb'] } as const;
    await createApplication(approval, { code: 'app', name: 'App', oidc: { ...oidc } } as never);
    await createApi(approval, { identifier: 'https://api.example', name: 'API' } as never);
    const group = await createGroup(approval, { name: 'Group' });
    await createCustomField(approval, {
      code: 'cost',
      label: 'Cost',
      type: 'text',
      options: [],
      isRequired: false,
      isPersonal: false,
    } as never);
    await addDirectory(approval, { name: 'AD' } as never);
    await changeSettings(approval, newAccountsSettings, { selfRegistration: true, domains: ['acme.example'] }, 0);
    await changeCompanyLogo(
      approval,
      Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'),
    );
    await changePolicy(approval, { base: { ...defaultPolicy, lockout: { ...defaultPolicy.lockout, limit: 7 } }, overrides: [] }, 0);
    for (let n = 0; n < 1100; n += 100)
      await approval.db.raw(
        `INSERT INTO users (context_id, user_id, email, email_key, first_name, last_name, name_key, role, status, status_changed_at, created_at, updated_at)
         SELECT ?, gen_random_uuid(), 'p' || i || '@x.example', 'p' || i || '@x.example', 'P', i::text, 'p', 'regular', 'activated', now(), ?, now() FROM generate_series(?::int, ?::int) AS i`,
        [approval.contextId, approval.clock.now(), n, n + 99],
      );
    await addMembers(approval, group.groupId, [keeper.userId]);
  }

  async function left() {
    return {
      people: (await listUsers(approval)).items.map(({ email }) => email),
      applications: (await listApplications(approval)).items.length,
      apis: (await listApis(approval)).length,
      groups: (await searchGroups(approval, { limit: 10 })).length,
      fields: (await listCustomFields(approval)).length,
      directories: (await listDirectories(approval)).length,
      registers: (await loadSettings(approval, newAccountsSettings)).value.selfRegistration,
      logo: await findCompanyLogo(approval),
      limit: (await loadPolicy(approval)).rules.base.lockout.limit,
      color: (await loadSettings(approval, brandingSettings)).value.color,
    };
  }
  const nothing = () => ({
    people: ['keeper@acme.example'],
    applications: 0,
    apis: 0,
    groups: 0,
    fields: 0,
    directories: 0,
    registers: false,
    logo: undefined,
    limit: defaultPolicy.lockout.limit,
    color: approvalColor,
  });

  it('empties all of it with one event; name, keys and audit stay, and production is as it was', async () => {
    const production = async () =>
      (
        await store.scope.db.raw("SELECT md5(string_agg(u::text, '|' ORDER BY user_id)) AS hash FROM users u WHERE context_id = ?", [
          store.scope.contextId,
        ])
      ).rows[0].hash;
    const [people, keys, context] = [await production(), await loadSigningKeys(approval), await getOwnContext(approval)];
    const events = await eventsOf(approval);
    let operationId!: OperationId;
    const types = await store.eventsOf(async () => {
      operationId = await startReset(approval, ' acme-approval ');
    });
    expect(types).to.deep.equal([]);
    expect((await eventsOf(approval)).slice(events.length).map(({ type }) => type)).to.deep.equal(['context.reset']);
    await runOperation(approval, operationId);
    expect(await findOperation(approval, operationId)).to.include({ state: 'done' });
    expect(await left()).to.deep.equal(nothing());
    expect(await loadSigningKeys(approval)).to.deep.equal(keys);
    expect(await getOwnContext(approval)).to.include({ name: context.name, code: context.code, pairedContextId: context.pairedContextId });
    expect((await eventsOf(approval)).slice(0, events.length).map(({ id }) => id)).to.deep.equal(events.map(({ id }) => id));
    expect(await production()).to.equal(people);
  });

  it('goes on where a process fell, at every step', async () => {
    const operationId = await startReset(approval, 'acme-approval');
    for (let fallsAt = 1, isOver = false; !isOver; fallsAt++) {
      let n = 0;
      const falling = new Proxy(approval.db, {
        get(db, key) {
          if (key === 'transaction' && ++n >= fallsAt) throw new Error('the process fell');
          return Reflect.get(db, key);
        },
      });
      await runOperationJob
        .run(() => ({ ...approval, db: falling }), { contextId: approval.contextId, operationId }, tools as never, { isLast: false })
        .catch((error) => expect(String(error)).to.contain('the process fell'));
      isOver = (await findOperation(approval, operationId))!.finishedAt !== undefined;
      expect(fallsAt).to.be.below(20);
    }
    expect(await left()).to.deep.equal(nothing());
  });

  it('leaves what was made after somebody asked', async () => {
    const operationId = await startReset(approval, 'acme-approval');
    store.wait(1);
    await noteProgress(approval, operationId, { done: 0 });
    await createGroup(approval, { name: 'Since then' });
    await runOperation(approval, operationId);
    expect((await searchGroups(approval, { limit: 10 })).map(({ name }) => name)).to.deep.equal(['Since then']);
    await approval.db('groups').where({ context_id: approval.contextId, is_everyone: false }).delete();
  });

  it('is refused without the code, and in production whatever is typed', async () => {
    for (const typed of ['', 'acme', 'ACME-APPROVAL', 'approval'])
      expect(await store.refused('invalid_input', () => startReset(approval, typed)), typed).to.have.property('code');
    const ana = (await findUserByLogin(store.scope, 'ana@acme.example'))!;
    await store.refused('not_approval', () => startReset(actingFor(store.scope, ana), 'acme'));
    // an operation that somebody put there all the same does nothing
    const operationId = await startReset(approval, 'acme-approval');
    await approval.db('contexts').where('context_id', approval.contextId).update({ environment: 'production', paired_context_id: null });
    const before = await left();
    await runOperation(approval, operationId);
    expect(await findOperation(approval, operationId)).to.include({ state: 'failed', fault: 'not_approval' });
    expect(await left()).to.deep.equal(before);
    expect((await verifyChain(approval)).breach).to.equal(undefined);
  });
});
