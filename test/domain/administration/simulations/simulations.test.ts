import { expect } from 'chai';
import { deleteGroup } from '../../../../src/domain/administration/group-changes/index.ts';
import {
  type Change,
  findNumbers,
  getSimulation,
  type ListedFinding,
  listFindings,
  type Numbers,
  simulation,
  startPolicySimulation,
  startSimulation,
} from '../../../../src/domain/administration/simulations/index.ts';
import { setApplicationEnabled } from '../../../../src/domain/applications/applications/index.ts';
import { assignApplication, unassignApplication } from '../../../../src/domain/applications/assignments/index.ts';
import { changeSettings, loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { directoryRules } from '../../../../src/domain/people/directories/index.ts';
import { addMembers, createGroup, removeMember } from '../../../../src/domain/people/groups/index.ts';
import type { User } from '../../../../src/domain/people/users/index.ts';
import { runOperation } from '../../../../src/domain/records/operations/index.ts';
import type { OperationId, Scope } from '../../../../src/domain/scope.ts';
import { changePolicy, confirmPolicy } from '../../../../src/domain/sign-in/authentication/index.ts';
import { loadPolicy, type PolicyRules, rulesInForce, rulesSchema } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { newId } from '../../../../src/platform/crypto/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { linkedTo } from '../../../support/network.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';
import { type Company, createFinder, kinds, prepareCompany, type Real, recordSignIn, signInForReal, type Visitor } from './company.ts';

describe('domain/administration/simulations', () => {
  const store = useStore();
  let company: Company;
  let administrator: User;
  let own: Scope;
  before(async () => {
    administrator = await store.person({ role: 'administrator', firstName: 'Ada' });
    own = actingFor(store.scope, administrator);
    company = await prepareCompany(store);
  });

  const tried = { kind: 'promotion' } as const;
  const run = (operationId: OperationId) =>
    runOperation(
      store.scope,
      operationId,
      async () => true,
      (scope, operation) => simulation.run(scope, operation, {}),
    );
  async function simulated(change: Change): Promise<{ numbers: Numbers; findings: ListedFinding[] }> {
    const operationId = await startSimulation(own, change, tried, [...kinds]);
    await run(operationId);
    const done = await getSimulation(own, operationId);
    expect(done).to.include({ state: 'done' });
    return { numbers: (await findNumbers(own, done))!, findings: (await listFindings(own, done, {}, 1000)).items };
  }

  const rulesNow = async (): Promise<PolicyRules> => rulesInForce(await loadPolicy(store.scope), store.scope.clock.now());
  /** The rules with some of the company's own changed, and overrides added. */
  const policy = async (base: Record<string, unknown>, overrides: Record<string, unknown>[] = []): Promise<PolicyRules> => {
    const rules = await rulesNow();
    const others = Object.fromEntries(
      Object.entries(base).map(([part, value]) => {
        const isWhole = Array.isArray(value) || part === 'hours';
        return [part, isWhole ? value : { ...(rules.base[part as 'password'] as object), ...(value as object) }];
      }),
    );
    return rulesSchema.parse({
      base: { ...rules.base, ...others },
      overrides: [...rules.overrides, ...overrides.map((one) => ({ overrideId: newId(), ...one }))],
    });
  };
  const savePolicy = async (rules: PolicyRules) => {
    const { version } = await loadPolicy(store.scope);
    if ((await changePolicy(store.scope, rules, version)).outcome === 'on-trial') await confirmPolicy(store.scope, version + 1);
  };

  /** What is worse for whom, as the simulation would say it. */
  const describe_ = (visitors: Visitor[], before: Real[], after: Real[]) =>
    visitors
      .flatMap(({ user, applicationId }, i) => {
        if (before[i]!.refusal) return [];
        const reasons = after[i]!.refusal ? [after[i]!.refusal] : after[i]!.asks.filter((step) => !before[i]!.asks.includes(step));
        if (reasons.length === 0) return [];
        return [`${user.lastName} at ${applicationId}: ${after[i]!.refusal ? 'refused' : 'asked'} ${reasons.join()}`];
      })
      .sort();

  const nameOf = (userId: string) => company.visitors.find(({ user }) => user.userId === userId)?.user.lastName ?? userId;
  const said = (findings: ListedFinding[]) =>
    findings
      .map((one) => `${nameOf(one.userId)} at ${one.applicationId}: ${one.effect} ${one.reasons.map(({ code }) => code).join()}`)
      .sort();

  it('of no change it finds nobody', async () => {
    const { numbers, findings } = await simulated({});
    expect(numbers).to.deep.equal({ people: company.visitors.length, refused: 0, asked: 0, reasons: { refused: {}, asked: {} } });
    expect(findings).to.deep.equal([]);
    expect((await simulated({ rules: await rulesNow() })).findings).to.deep.equal([]);
  });

  it('says what really happens once the change is made, of every kind of change, one after the other', async () => {
    const { groups, applications, visitors } = company;
    const findAccess = createFinder(store);
    const today = new Date(store.scope.clock.now()).getUTCDay() || 7;
    const people = (group: string[]) => visitors.filter(({ user }) => group.includes(user.userId)).map(({ user }) => user.userId);
    const ofFinance = people(
      await store.scope
        .db('group_members')
        .where('group_id', groups.finance as never)
        .pluck('user_id'),
    );
    const policies: [string, () => Promise<PolicyRules>][] = [
      [
        'a group needs a factor',
        () => policy({}, [{ for: { kind: 'group', groupId: groups.sales }, secondFactor: { demand: 'required' } }]),
      ],
      [
        'an application takes one network',
        () => policy({}, [{ for: { kind: 'application', applicationId: applications.payroll }, networks: ['10.0.0.0/8'] }]),
      ],
      ['nobody is remembered', () => policy({ secondFactor: { rememberDays: 0 } })],
      ['remembered for a month', () => policy({ secondFactor: { rememberDays: 30 } })],
      ['nobody is remembered again', () => policy({ secondFactor: { rememberDays: 0 } })],
      [
        'administrators need a passkey',
        () => policy({}, [{ for: { kind: 'role', role: 'administrator' }, secondFactor: { demand: 'required', factors: ['passkey'] } }]),
      ],
      ['passwords end', () => policy({ password: { expiryDays: 100 } })],
      ['passwords end sooner', () => policy({ password: { expiryDays: 30 } })],
      ['e-mails alone', () => policy({ identifiers: { email: true, username: false } })],
      ['everybody needs one', () => policy({ secondFactor: { demand: 'required' } })],
      ['only passkeys', () => policy({ secondFactor: { factors: ['passkey'] } })],
      ['nobody has one', () => policy({ secondFactor: { demand: 'off' } })],
      ['one network', () => policy({ networks: ['10.0.0.0/8', '2001:db8::/32'] })],
      [
        'not today',
        () =>
          policy({ hours: { days: [1, 2, 3, 4, 5, 6, 7].filter((day) => day !== today), from: '00:00', to: '23:59', timeZone: 'UTC' } }),
      ],
      ['at any hour', () => policy({ hours: undefined, networks: [] })],
    ];
    const changes: [string, () => Promise<Change>, (change: Change) => Promise<unknown>][] = [
      ...policies.map(([name, make]): (typeof changes)[number] => [
        name,
        async () => ({ rules: await make() }),
        ({ rules }) => savePolicy(rules!),
      ]),
      [
        'one leaves a group, another joins one with a rule',
        async () => ({
          groups: [
            { groupId: groups.finance, members: { leaving: [ofFinance[0]!] } },
            { groupId: groups.sales, members: { joining: [visitors[0]!.user.userId] } },
          ],
        }),
        async () => {
          await removeMember(store.scope, groups.finance, ofFinance[0]!);
          await addMembers(store.scope, groups.sales, [visitors[0]!.user.userId]);
        },
      ],
      [
        'somebody loses an application by name',
        async () => ({ applications: [{ applicationId: applications.payroll, people: { leaving: [visitors[2]!.user.userId] } }] }),
        () => unassignApplication(store.scope, applications.payroll, { kind: 'user', id: visitors[2]!.user.userId }),
      ],
      [
        'an application is navigable no more',
        async () => ({ applications: [{ applicationId: applications.wiki, navigable: false }] }),
        () => store.scope.db('applications').where('application_id', applications.wiki).update({ navigable: false }),
      ],
      [
        'a group is deleted, with its rules and what it gave',
        async () => ({ groups: [{ groupId: groups.finance, isRemoved: true }] }),
        () => deleteGroup(store.scope, groups.finance),
      ],
      [
        'an application is disabled',
        async () => ({ applications: [{ applicationId: applications.crm, enabled: false }] }),
        () => setApplicationEnabled(store.scope, applications.crm, false),
      ],
    ];
    let worse = 0;
    for (const [name, make, apply] of changes) {
      const real = () => Promise.all(visitors.map((visitor) => signInForReal(store, visitor, findAccess)));
      const before = await real();
      const change = await make();
      const { numbers, findings } = await simulated(change);
      expect(await real(), `${name}: it changed something`).to.deep.equal(before);
      await apply(change);
      const expected = describe_(visitors, before, await real());
      expect(said(findings), name).to.deep.equal(expected);
      expect(numbers.refused + numbers.asked, name).to.equal(expected.length);
      expect((await simulated({})).findings, `${name}: made, it changes nothing more`).to.deep.equal([]);
      worse += expected.length;
    }
    expect(worse, 'the changes were worse for somebody').to.be.greaterThan(25);
  });

  describe('of a company with one change to try', () => {
    let visitor: Visitor;
    const everywhere = (more: Partial<Visitor> = {}): Visitor => ({ ...visitor, ...more });
    const person = async (more = {}): Promise<Visitor> => {
      const user = await store.person({ lastName: `Alone ${newId()}`, ...more });
      const hashed = { context_id: store.scope.contextId, user_id: user.userId, hash: 'none', must_change: false };
      await store.scope.db('passwords').insert({ ...hashed, changed_at: store.scope.clock.now() });
      return { user, ip: '10.1.2.3', userAgent: 'test', browser: 'b' };
    };
    const reset = async () => savePolicy(rulesSchema.parse({ base: {}, overrides: [] }));
    const of = ({ findings }: { findings: ListedFinding[] }, { user }: Visitor) =>
      findings
        .filter(({ userId }) => userId === user.userId)
        .map(({ effect, reasons, applicationId }) => ({ effect, reasons, applicationId }));
    before(reset);
    beforeEach(async () => {
      visitor = await person();
    });

    it('names the override that refuses or asks, and none where it is the company itself', async () => {
      await recordSignIn(store.scope, visitor);
      const { groupId } = await createGroup(store.scope, { name: `Rule ${newId()}` });
      await addMembers(store.scope, groupId, [visitor.user.userId]);
      const target = { kind: 'group', groupId } as const;
      const office = ['192.0.2.0/24'];
      const table: [PolicyRules, { effect: string; reasons: unknown[] }][] = [
        [await policy({ networks: office }), { effect: 'refused', reasons: [{ code: 'kept-out-network' }] }],
        [
          await policy({}, [{ for: target, networks: office }]),
          { effect: 'refused', reasons: [{ code: 'kept-out-network', from: target }] },
        ],
        [
          await policy({}, [
            { for: { kind: 'role', role: 'regular' }, networks: ['10.0.0.0/8'] },
            { for: target, networks: office },
          ]),
          { effect: 'refused', reasons: [{ code: 'kept-out-network', from: target }] },
        ],
        [await policy({ secondFactor: { demand: 'required' } }), { effect: 'asked', reasons: [{ code: 'enrol' }] }],
        [
          await policy({}, [{ for: target, secondFactor: { demand: 'required' } }]),
          { effect: 'asked', reasons: [{ code: 'enrol', from: target }] },
        ],
      ];
      for (const [rules, expected] of table)
        expect(of(await simulated({ rules }), visitor)).to.deep.equal([{ ...expected, applicationId: undefined }]);
    });

    it('knows each sign-in at its own hour and from its own place, and none of more than 30 days ago', async () => {
      const at = new Date(store.scope.clock.now());
      const days = [1, 2, 3, 4, 5, 6, 7].filter((day) => day !== (at.getUTCDay() || 7));
      const hours = { days, from: '00:00', to: '23:59', timeZone: 'UTC' };
      await recordSignIn(store.scope, visitor);
      store.wait(24 * 60);
      const rules = await policy({ hours });
      expect(of(await simulated({ rules }), visitor)).to.deep.equal([
        { effect: 'refused', reasons: [{ code: 'kept-out-hours' }], applicationId: undefined },
      ]);
      const other = await person();
      await recordSignIn(store.scope, other);
      await recordSignIn(store.scope, { ...other, ip: '203.0.113.5' });
      const office = await policy({ networks: ['10.0.0.0/8'] });
      expect(of(await simulated({ rules: office }), other).map(({ effect }) => effect)).to.deep.equal(['refused']);
      expect(of(await simulated({ rules: office }), visitor)).to.deep.equal([]);
      store.wait(29 * 24 * 60);
      const { numbers, findings } = await simulated({ rules });
      expect(of({ findings }, visitor), 'too long ago').to.deep.equal([]);
      expect(numbers.people, 'only the one of yesterday, a month later').to.equal(1);
    });

    it('knows what was opened in a session of before, which no sign-in tells of', async () => {
      const { applications } = company;
      const direct = { kind: 'user', id: visitor.user.userId } as const;
      await assignApplication(store.scope, applications.payroll, direct);
      const use = { context_id: store.scope.contextId, user_id: visitor.user.userId, application_id: applications.payroll };
      await store.scope.db('application_uses').insert({ ...use, last_used_at: store.scope.clock.now() });
      const leaving = { applications: [{ applicationId: applications.payroll, people: { leaving: [visitor.user.userId] } }] };
      const expected = [{ effect: 'refused', reasons: [{ code: 'not-assigned' }], applicationId: applications.payroll }];
      expect(of(await simulated(leaving), visitor)).to.deep.equal(expected);
      await recordSignIn(store.scope, visitor);
      expect(of(await simulated(leaving), visitor), 'the sign-in was at the Launchpad').to.deep.equal(expected);
    });

    it('who signs in by a passkey alone is asked for the password once it is not taken alone', async () => {
      const own_ = { context_id: store.scope.contextId, user_id: visitor.user.userId };
      const factor = { ...own_, factor_id: newId(), kind: 'passkey', name: 'Key', created_at: store.scope.clock.now() };
      await store.scope.db('second_factors').insert(factor as never);
      await recordSignIn(store.scope, visitor, ['hwk', 'user', 'mfa']);
      const rules = await policy({ secondFactor: { factors: ['totp'], demand: 'required' } });
      const [found] = of(await simulated({ rules }), visitor);
      expect(found!.effect).to.equal('asked');
      expect(found!.reasons.map(({ code }) => code)).to.include.members(['password', 'second-factor']);
    });

    it('who signs in by a password that is not taken any more needs the other one, and is refused without it', async () => {
      const { value, version } = await loadSettings(store.scope, directoryRules);
      const rules = { ...value, signIn: true };
      await changeSettings(store.scope, directoryRules, rules, version);
      const [both, byOther, networkOnly, administrator] = [
        await person(),
        await person(),
        await person(),
        await person({ role: 'administrator' }),
      ];
      const everybody = [both, byOther, networkOnly, administrator];
      await linkedTo(
        store.scope,
        everybody.map(({ user }) => user.userId),
      );
      await store.scope.db('passwords').where('user_id', networkOnly.user.userId).delete();
      for (const one of [both, networkOnly]) await recordSignIn(store.scope, one, ['pwd'], { networkPassword: true });
      for (const one of [byOther, administrator]) await recordSignIn(store.scope, one);
      const tryRules = async (changed: object) => {
        const found = await simulated({ directoryRules: { ...rules, ...changed } });
        return everybody.map((one) => of(found, one).map(({ effect, reasons }) => `${effect} ${reasons.map(({ code }) => code).join()}`));
      };
      expect(await tryRules({})).to.deep.equal([[], [], [], []]);
      expect(await tryRules({ signIn: false })).to.deep.equal([['asked personal-password'], [], ['refused no-password'], []]);
      expect(await tryRules({ personalPassword: false })).to.deep.equal([[], ['asked password-of-network'], [], []]);
    });

    it('who is not active today is nobody that a change keeps out', async () => {
      await recordSignIn(store.scope, visitor);
      await store.scope.db('users').where('user_id', visitor.user.userId).update({ status: 'deactivated' });
      expect(of(await simulated({ rules: await policy({ networks: ['192.0.2.0/24'] }) }), visitor)).to.deep.equal([]);
    });

    it('is in the order of names, a page at a time, by effect, application and name; and goes with the person', async () => {
      const people: Visitor[] = [];
      for (const firstName of ['Zoe', 'Ana', 'Max']) people.push(await person({ firstName, lastName: 'Paged' }));
      for (const one of people) await recordSignIn(store.scope, one);
      await recordSignIn(store.scope, everywhere({ ip: '192.0.2.9' }));
      const rules = await policy({ networks: ['192.0.2.0/24'], secondFactor: { demand: 'required' } });
      const operationId = await startSimulation(own, { rules }, tried, [...kinds]);
      await run(operationId);
      const done = await getSimulation(own, operationId);
      const names = async (filter: Parameters<typeof listFindings>[2]) =>
        (await listFindings(own, done, filter, 1000)).items.map(
          ({ userId }) => people.find(({ user }) => user.userId === userId)?.user.firstName ?? '–',
        );
      expect(await names({ search: 'paged' })).to.deep.equal(['Ana', 'Max', 'Zoe']);
      expect(await names({ search: 'paged', effect: 'asked' })).to.deep.equal([]);
      expect(await names({ search: 'paged', applicationId: 'none' })).to.have.length(3);
      expect(await names({ search: 'paged', applicationId: company.applications.crm })).to.deep.equal([]);
      expect(await names({ effect: 'asked' }), 'the one within the network').to.include('–');
      const first = await listFindings(own, done, { search: 'paged' }, 2);
      const second = await listFindings(own, done, { search: 'paged', cursor: first.cursor }, 2);
      expect([first.items.length, second.items.length, second.cursor]).to.deep.equal([2, 1, undefined]);
      await store.scope.db('users').where('user_id', people[0]!.user.userId).delete();
      expect(await names({ search: 'paged' })).to.deep.equal(['Ana', 'Max']);
    });

    it('what a run found that another one replaced is not shown', async () => {
      await recordSignIn(store.scope, visitor);
      const rules = await policy({ networks: ['192.0.2.0/24'] });
      const operationId = await startSimulation(own, { rules }, tried, [...kinds]);
      const waiting = await getSimulation(own, operationId);
      await simulation.run(own, { ...waiting, run: 99 }, {});
      expect((await getSimulation(own, operationId)).state, 'a run that is not the latest ends nothing').to.equal('waiting');
      expect(await findNumbers(own, waiting)).to.equal(undefined);
      await run(operationId);
      const { items } = await listFindings(own, await getSimulation(own, operationId), {}, 1000);
      expect(items.filter(({ userId }) => userId === visitor.user.userId)).to.have.length(1);
    });
  });

  it('writes its own record and event, and nothing else', async () => {
    const ours = ['operations', 'simulations', 'simulation_findings', 'audit_events', 'audit_keys'];
    const picture = async () => {
      const { rows } = await store.scope.db.raw<{ rows: { name: string }[] }>(
        `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> ALL(?) ORDER BY 1`,
        [ours],
      );
      const hash = ({ name }: { name: string }) =>
        `(SELECT md5(coalesce(string_agg(x::text, '|' ORDER BY x::text), '')) FROM ${name} x) AS "${name}"`;
      return (await store.scope.db.raw(`SELECT ${rows.map(hash).join(', ')}`)).rows[0];
    };
    const before = await picture();
    const events = await store.eventsOf(() => simulated({ groups: [{ groupId: company.groups.sales, isRemoved: true }] }));
    expect(events).to.deep.equal(['simulation.started']);
    expect(await picture()).to.deep.equal(before);
    const last = (await eventsOf(store.scope, { type: 'simulation.started' })).find(({ actor }) => actor.id === administrator.userId)!;
    expect(last).to.deep.include({ details: { tried: 'promotion' } });
    expect(last.actor.name).to.equal(`Ada ${administrator.lastName}`);
  });

  it('what is not the company’s is not found, a policy that is none is refused by its fields, and nothing is written', async () => {
    const foreign = (await createGroup(store.other, { name: 'Foreign' })).groupId;
    const stranger = await store.stranger();
    for (const id of [foreign, unknownId, 'no-id']) {
      const { payroll } = company.applications;
      const changes: Change[] = [
        { groups: [{ groupId: id, isRemoved: true }] },
        { applications: [{ applicationId: id, enabled: false }] },
        { applications: [{ applicationId: payroll, groups: { joining: [id] } }] },
        { rules: await policy({}, [{ for: { kind: 'group', groupId: unknownId } }]) },
      ];
      for (const change of changes) await store.refused('not_found', () => startSimulation(own, change, tried, []));
    }
    const people: Change = { groups: [{ groupId: company.groups.sales, members: { joining: [stranger] } }] };
    await store.refused('not_found', () => startSimulation(own, people, tried, []));
    const fields = await store.refused('invalid_input', () =>
      startPolicySimulation(own, { base: { password: { minLength: 1 } }, overrides: [] }, 0, []),
    );
    expect(Object.keys(fields)).to.deep.equal(['base.password.minLength']);
    await store.inOneTransaction((scope) => startSimulation(actingFor(scope, administrator), {}, tried, []));
  });

  it('is its administrator’s own', async () => {
    const operationId = await startSimulation(own, {}, tried, []);
    const colleague = actingFor(store.scope, await store.person({ role: 'administrator' }));
    await store.refused('not_found', () => getSimulation(colleague, operationId));
    await store.refused('not_found', () => getSimulation(own, unknownId));
  });
});
