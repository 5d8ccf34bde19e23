import { expect } from 'chai';
import { assignApplication } from '../../src/domain/applications/assignments/index.ts';
import { createCustomField } from '../../src/domain/company/custom-fields/index.ts';
import { addMembers, createGroup } from '../../src/domain/people/groups/index.ts';
import { planDeactivation } from '../../src/domain/people/planned-deactivations/index.ts';
import { changeStatus, createUser, findUserByLogin, type Status } from '../../src/domain/people/users/index.ts';
import { sealEvents, verifyChain } from '../../src/domain/records/audit/index.ts';
import { inTransaction, type Scope, type UserId } from '../../src/domain/scope.ts';
import { dayIn } from '../../src/platform/clock/index.ts';
import type { Answer, FoundForm, Jar } from '../support/jar.ts';
import { pause } from '../support/patience.ts';
import { onDatabase, type ServerProcess, startServerProcess } from '../support/process.ts';
import { freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

/** Of each write path so many are sent while the servers are killed; one more is sent by two administrators at once. */
const many = 5;
const kills = 4;
const passwordOfBia = 'a long password of bia';
const changed = /Someone else changed this while you were editing/;
const tooLate = /no longer available/;

/** One way of changing a person or a group, by a form of the console. */
type WritePath = {
  /** The type of the event that goes with it. */
  event: string;
  /** What it is done to; of `new` it is what comes of it. */
  to: 'user' | 'group' | 'field' | 'new user' | 'new group';
  status?: Status;
  /** Signs in with an e-mail instead of a username. */
  hasEmail?: boolean;
  prepare?(scope: Scope, id: string): Promise<unknown>;
  page(id: string): string;
  /** The form on the page, where it is not the page's own address. */
  action?: RegExp;
  fields?(name: string): Record<string, string>;
  happened(id: string): Promise<boolean>;
  /** What the second of two at once is told; or nothing, where it is so already or is done again. */
  second: RegExp | 'is so already' | 'done again';
};

describe('every write path of the life cycle', function () {
  this.timeout(300_000);
  let server: TestServer;
  let scope: Scope;
  let payroll: string;
  let finance: string;
  const ports: number[] = [];
  let processes: ServerProcess[] = [];
  let jars: Jar[];
  let seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };

  const has = async (table: string, where: Record<string, unknown>): Promise<boolean> =>
    (await scope
      .db(table)
      .where({ context_id: scope.contextId, ...where })
      .first(scope.db.raw('1'))) !== undefined;
  const isUser = (where: Record<string, unknown>) => (id: string) => has('users', { user_id: id, ...where });
  const day = (days: number) => dayIn('UTC', new Date(Date.now() + days * 86_400_000));
  const plan = (inside: Scope, id: string) =>
    planDeactivation(inside, id, { startsOn: day(5), endsOn: day(9), description: 'first' }, 'UTC');

  const paths: Record<string, WritePath> = {
    'add a person': {
      event: 'user.created',
      to: 'new user',
      page: () => '/admin/users/new',
      fields: (name) => ({ firstName: 'Added', lastName: 'Person', access: 'username', username: name }),
      happened: isUser({}),
      second: /Already in use/,
    },
    'edit a person': {
      event: 'user.edited',
      to: 'user',
      page: (id) => `/admin/users/${id}/edit`,
      fields: () => ({ lastName: 'Edited' }),
      happened: isUser({ last_name: 'Edited' }),
      second: changed,
    },
    'S112: resend the invitation': {
      event: 'user.invited',
      to: 'user',
      status: 'invited',
      hasEmail: true,
      page: (id) => `/admin/users/${id}/resend-invitation`,
      happened: (id) => has('one_time_links', { user_id: id }),
      second: 'done again',
    },
    'S117: reset the password': {
      event: 'user.temporary-password-set',
      to: 'user',
      page: (id) => `/admin/users/${id}/reset-password`,
      happened: (id) => has('passwords', { user_id: id }),
      second: 'done again',
    },
    'S120: plan a deactivation': {
      event: 'user.deactivation-planned',
      to: 'user',
      page: (id) => `/admin/users/${id}/temporary-deactivation`,
      fields: () => ({ startsOn: day(5), endsOn: day(9), description: 'first' }),
      happened: (id) => has('planned_deactivations', { user_id: id }),
      second: tooLate,
    },
    'S126: edit a plan': {
      event: 'user.deactivation-planned',
      to: 'user',
      prepare: plan,
      page: (id) => `/admin/users/${id}/temporary-deactivation`,
      fields: () => ({ description: 'second' }),
      happened: (id) => has('planned_deactivations', { user_id: id, description: 'second' }),
      second: changed,
    },
    'S127: remove a plan': {
      event: 'user.deactivation-removed',
      to: 'user',
      prepare: plan,
      page: (id) => `/admin/users/${id}/temporary-deactivation/remove`,
      happened: async (id) => !(await has('planned_deactivations', { user_id: id })),
      second: changed,
    },
    'S128: deactivate': {
      event: 'user.deactivated',
      to: 'user',
      page: (id) => `/admin/users/${id}/deactivate`,
      happened: isUser({ status: 'deactivated' }),
      second: tooLate,
    },
    'S129: reactivate': {
      event: 'user.reactivated',
      to: 'user',
      prepare: (inside, id) => changeStatus(inside, id, 'deactivate'),
      page: (id) => `/admin/users/${id}/reactivate`,
      happened: isUser({ status: 'activated' }),
      second: tooLate,
    },
    'S134: unblock': {
      event: 'user.unblocked',
      to: 'user',
      prepare: (inside, id) => changeStatus(inside, id, 'block'),
      page: (id) => `/admin/users/${id}/unblock`,
      happened: isUser({ status: 'activated' }),
      second: tooLate,
    },
    'S130: delete a person': {
      event: 'user.deletion-requested',
      to: 'user',
      page: (id) => `/admin/users/${id}/delete`,
      happened: async (id) => !(await isUser({ deleting_since: null })(id)),
      // the second finds nobody once the job has removed the account
      second: /no longer available|Page not found/,
    },
    'S108: disable MFA': {
      event: 'user.second-factors-reset',
      to: 'user',
      prepare: ({ db, contextId }, id) =>
        db('second_factors').insert({
          context_id: contextId,
          user_id: id as UserId,
          factor_id: id,
          kind: 'totp',
          name: 'App',
          created_at: new Date(),
        }),
      page: (id) => `/admin/users/${id}/second-factors`,
      fields: () => ({ justification: 'The phone was lost' }),
      happened: async (id) => !(await has('second_factors', { user_id: id })),
      second: tooLate,
    },
    'S91: link a group': {
      event: 'group.member-added',
      to: 'user',
      page: (id) => `/admin/users/${id}/groups/add`,
      fields: () => ({ groups: finance }),
      happened: (id) => has('group_members', { user_id: id, group_id: finance }),
      second: 'is so already',
    },
    'S92: unlink a group': {
      event: 'group.member-removed',
      to: 'user',
      prepare: (inside, id) => addMembers(inside, finance, [id]),
      page: (id) => `/admin/users/${id}/groups`,
      action: /remove$/,
      happened: async (id) => !(await has('group_members', { user_id: id, group_id: finance })),
      second: 'is so already',
    },
    'put somebody into a group, at the group': {
      event: 'group.member-added',
      to: 'user',
      page: () => `/admin/groups/${finance}`,
      action: /members$/,
      fields: (name) => ({ login: name }),
      happened: (id) => has('group_members', { user_id: id, group_id: finance }),
      second: 'is so already',
    },
    'take somebody from a group, at the group': {
      event: 'group.member-removed',
      to: 'user',
      prepare: (inside, id) => addMembers(inside, finance, [id]),
      page: (id) => `/admin/groups/${finance}/members/${id}/remove`,
      happened: async (id) => !(await has('group_members', { user_id: id, group_id: finance })),
      second: 'is so already',
    },
    'S93: link an application': {
      event: 'application.assigned',
      to: 'user',
      page: (id) => `/admin/users/${id}/applications/add`,
      fields: () => ({ applications: payroll }),
      happened: (id) => has('application_users', { user_id: id, application_id: payroll }),
      second: 'is so already',
    },
    'S95: unlink an application': {
      event: 'application.unassigned',
      to: 'user',
      prepare: (inside, id) => assignApplication(inside, payroll, { kind: 'user', id }),
      page: (id) => `/admin/users/${id}/applications`,
      action: /remove$/,
      happened: async (id) => !(await has('application_users', { user_id: id, application_id: payroll })),
      second: 'is so already',
    },
    'add a group': {
      event: 'group.created',
      to: 'new group',
      page: () => '/admin/groups/new',
      fields: (name) => ({ name }),
      happened: (id) => has('groups', { group_id: id }),
      second: /Already in use/,
    },
    'edit a group': {
      event: 'group.edited',
      to: 'group',
      page: (id) => `/admin/groups/${id}/edit`,
      fields: () => ({ description: 'Edited' }),
      happened: (id) => has('groups', { group_id: id, description: 'Edited' }),
      second: changed,
    },
    'delete a group': {
      event: 'group.deleted',
      to: 'group',
      page: (id) => `/admin/groups/${id}/delete`,
      happened: async (id) => !(await has('groups', { group_id: id })),
      second: /Page not found/,
    },
    'give a group an application': {
      event: 'application.assigned',
      to: 'group',
      page: (id) => `/admin/groups/${id}/applications/add`,
      fields: () => ({ applications: payroll }),
      happened: (id) => has('application_groups', { group_id: id, application_id: payroll }),
      second: 'is so already',
    },
    'S34: edit a field': {
      event: 'custom-field.edited',
      to: 'field',
      page: (id) => `/admin/custom-fields/${id}/edit`,
      fields: () => ({ label: 'Edited' }),
      happened: (id) => has('custom_fields', { field_id: id, label: 'Edited' }),
      second: changed,
    },
    'S34: delete a field': {
      event: 'custom-field.deleted',
      to: 'field',
      page: (id) => `/admin/custom-fields/${id}/delete`,
      happened: async (id) => !(await has('custom_fields', { field_id: id })),
      second: /Page not found/,
    },
    'take an application from a group': {
      event: 'application.unassigned',
      to: 'group',
      prepare: (inside, id) => assignApplication(inside, payroll, { kind: 'group', id }),
      page: (id) => `/admin/groups/${id}/applications/${payroll}/remove`,
      happened: async (id) => !(await has('application_groups', { group_id: id, application_id: payroll })),
      second: 'is so already',
    },
  };
  /** Name of whom it is done to, the n-th of its path. */
  const nameOf = (what: string, n: number): string => `x${Object.keys(paths).indexOf(what)}n${n}`;
  const subjects = new Map<string, string>();

  before(async () => {
    console.log(`      seed ${seed}`);
    server = await startTestServer();
    scope = await server.scope();
    const bia = { email: 'bia@acme.example', firstName: 'Bia', lastName: 'Reis', role: 'administrator', password: passwordOfBia };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users: [bia] }] });
    const idOf = async (table: string, key: string, where: object) =>
      (
        await scope
          .db(table)
          .where({ context_id: scope.contextId, ...where })
          .first(key)
      )[key];
    payroll = await idOf('applications', 'application_id', { code: 'payroll' });
    finance = await idOf('groups', 'group_id', { name: 'Finance' });
    for (const [what, { to, status = 'activated', hasEmail, prepare }] of Object.entries(paths))
      for (let n = 0; n <= many; n++) {
        const name = nameOf(what, n);
        if (to === 'user') {
          const login = hasEmail ? { email: `${name}@acme.example` } : { username: name };
          const { userId } = await createUser(scope, { ...login, firstName: 'Pat', lastName: name, role: 'regular', status });
          subjects.set(name, userId);
        } else if (to === 'group') subjects.set(name, (await createGroup(scope, { name })).groupId);
        else if (to === 'field') {
          const field = { code: name, label: name, type: 'text', options: [], isRequired: false, isPersonal: false } as const;
          subjects.set(name, (await inTransaction(scope, (inside) => createCustomField(inside, { ...field, options: [] }))).fieldId);
        }
        const id = subjects.get(name);
        if (id) await inTransaction(scope, async (inside) => prepare?.(inside, id));
      }
    ports.push(await freePort(), await freePort());
    await start();
    jars = [
      await signedIn(processes[0]!.url, 'ana@acme.example', passwords.ana),
      await signedIn(processes[1]!.url, 'bia@acme.example', passwordOfBia),
    ];
  });
  after(async () => {
    await Promise.all(processes.map((one) => one.kill('SIGTERM')));
    await server.close();
  });

  const start = async () => {
    const env = { ...onDatabase(server.databaseUrl), PORTARIA_BASE_URL: server.baseUrl };
    processes = await Promise.all(ports.map((port) => startServerProcess(port, env)));
  };

  /** Of what is new, once it is there. */
  async function idOf(what: string, name: string): Promise<string | undefined> {
    const { to } = paths[what]!;
    if (to === 'new user') return (await findUserByLogin(scope, name))?.userId;
    if (to === 'new group') return (await scope.db('groups').where({ context_id: scope.contextId, name }).first('group_id'))?.group_id;
    return subjects.get(name);
  }

  /** The n-th administrator opens the form. */
  async function open(i: number, what: string, name: string): Promise<FoundForm> {
    const { page, action, fields } = paths[what]!;
    const address = `${processes[i]!.url}/acme${page(subjects.get(name) ?? '')}`;
    const form = jars[i]!.form(await jars[i]!.get(address), action ?? new RegExp(`${new URL(address).pathname}$`));
    const password = [passwords.ana, passwordOfBia][i]!;
    return { ...form, fields: { ...form.fields, password, ...fields?.(name) } };
  }
  const submit = (i: number, { action, fields }: FoundForm): Promise<Answer> => jars[i]!.get(action, { form: fields });

  /** What administrators did; not what the test prepared. */
  const eventsOf = async (what: string, id: string): Promise<number> =>
    Number(
      (
        await scope
          .db('audit_events')
          .where({ context_id: scope.contextId, type: paths[what]!.event, subject_id: id })
          .whereNotNull('actor_id')
          .count({ n: '*' })
      )[0]!.n,
    );

  it('under kill -9: what was answered happened, and what happened is in the audit, once', async () => {
    const all = Object.keys(paths).flatMap((what) => Array.from({ length: many }, (_, n) => ({ what, name: nameOf(what, n) })));
    const order = all.map((one) => ({ one, at: random() })).sort((a, b) => a.at - b.at);
    const waiting = order.map(({ one }) => one);
    const answered: typeof all = [];
    const cutShort: typeof all = [];
    for (let round = 0; round <= kills; round++) {
      const isLast = round === kills;
      const share = answered.length + cutShort.length + Math.floor((0.5 + random() / 2) * (all.length / kills));
      let killed = false;
      const work = async (i: number): Promise<void> => {
        for (let next = waiting.pop(); next; next = waiting.pop()) {
          try {
            const { status, text } = await submit(i, await open(i, next.what, next.name));
            expect(status, `${next.what} ${next.name}: ${text}`).to.equal(303);
            answered.push(next);
          } catch (error) {
            if (!killed) throw error;
            cutShort.push(next);
            return;
          }
        }
      };
      const workers = Promise.all([0, 1, 0, 1, 0, 1].map(work));
      if (!isLast) {
        while (answered.length + cutShort.length < share && waiting.length > 0) await Promise.race([pause(5), workers]);
        await pause(random() * 20);
        killed = true;
        await Promise.all(processes.map((one) => one.kill('SIGKILL')));
      }
      await workers;
      if (!isLast) await start();
    }
    expect(answered.length + cutShort.length).to.equal(all.length);
    let undone = 0;
    for (const { what, name } of [...answered, ...cutShort]) {
      const id = await idOf(what, name);
      const happened = id !== undefined && (await paths[what]!.happened(id));
      expect(id ? await eventsOf(what, id) : 0, `${what} ${name}: events`).to.equal(happened ? 1 : 0);
      if (!happened) undone++;
    }
    for (const { what, name } of answered) {
      const id = await idOf(what, name);
      expect(id !== undefined && (await paths[what]!.happened(id)), `${what} ${name}: answered`).to.equal(true);
    }
    console.log(`      ${answered.length} answered, ${cutShort.length} cut short by ${kills} kills, of these ${undone} not done`);
    // the number of events is that of people and groups, so none is of somebody who never was
    for (const [type, table, key] of [
      ['user.created', 'users', 'user_id'],
      ['group.created', 'groups', 'group_id'],
    ] as const) {
      const orphans = await scope
        .db('audit_events as e')
        .where({ 'e.context_id': scope.contextId, 'e.type': type })
        .whereNotNull('e.actor_id')
        .whereNotExists(scope.db(table).whereRaw('context_id = e.context_id AND ??.?? = e.subject_id', [table, key]))
        .count({ n: '*' });
      expect(Number(orphans[0]!.n), type).to.equal(0);
    }
    await sealEvents(scope, 'UTC');
    expect((await verifyChain(scope)).breach).to.equal(undefined);
  });

  for (const [what, { second }] of Object.entries(paths)) {
    const said =
      second instanceof RegExp ? 'done once, and the second is told' : second === 'done again' ? 'done twice' : 'the second finds it done';
    it(`${what}, by two administrators at once: ${said}`, async () => {
      const name = nameOf(what, many);
      const forms = [await open(0, what, name), await open(1, what, name)];
      const answers = await Promise.all(forms.map((form, i) => submit(i, form)));
      const id = (await idOf(what, name))!;
      expect(await paths[what]!.happened(id)).to.equal(true);
      expect(await eventsOf(what, id)).to.equal(second === 'done again' ? 2 : 1);
      const refused = answers.filter(({ status }) => status !== 303);
      expect(refused).to.have.length(second instanceof RegExp ? 1 : 0);
      for (const { status, text } of refused) {
        expect(status).to.be.oneOf([404, 409]);
        expect(text).to.match(second as RegExp);
      }
    });
  }
});
