import { expect } from 'chai';
import { applyState, createContextWithBasics, parseState, StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { findContextByCode } from '../../../../src/domain/company/contexts/index.ts';
import { findDirectoryByName } from '../../../../src/domain/people/directories/index.ts';
import { findGroupByName, groupNamesOf } from '../../../../src/domain/people/groups/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { findPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { listSessionsOfUser } from '../../../../src/domain/sign-in/sessions/index.ts';
import { readPassword } from '../../../../src/platform/crypto/index.ts';
import { passwords, startingState } from '../../../support/server.ts';
import { useStore } from '../../../support/use-cases.ts';

type Part = Record<string, unknown>;

describe('domain/administration/desired-state', () => {
  const store = useStore();
  const acme = (more: Part): Part => ({ code: 'acme', name: 'Acme S.A.', ...more });
  const person = (email: string, more: Part = {}): Part => ({ email, firstName: 'New', lastName: 'Person', ...more });
  const oidc = { client_id: 'stock', client_secret: 'stock-secret-stock-secret-1', redirect_uris: ['https://stock.acme.example/callback'] };
  /** A part of every kind, all of them new. */
  const everything = (): Part =>
    acme({
      timeZone: 'America/Sao_Paulo',
      customFields: [{ code: 'branch', label: 'Branch', type: 'text' }],
      users: [person('zoe@acme.example', { customFields: { branch: 'North' }, generatePassword: true })],
      groups: [{ name: 'Stock', members: ['zoe@acme.example'] }],
      directoryRules: { signIn: true },
      directories: [{ name: 'Headquarters', settings: { userFilter: '(objectClass=person)', mapping: { department: 'ou' } } }],
      applications: [{ code: 'stock', name: 'Stock', oidc, assignedTo: { groups: ['Stock'], users: ['jsilva'] } }],
    });
  const apply = (contexts: Part[], options: { dryRun?: boolean } = {}, scope: Scope = store.scope) =>
    applyState(scope, parseState({ contexts }), options);
  /** What the file was refused for; nothing of it stays. */
  const faults = (contexts: Part[]) =>
    store.unchanged(async () => {
      const error = await apply(contexts).then(
        () => expect.fail('it went through'),
        (reason: unknown) => reason,
      );
      if (!(error instanceof StateError)) throw error;
      return error.faults.map(({ path, message }) => `${path} ${message}`);
    });

  it('a dry run says what would change, and writes nothing', async () => {
    const company = { code: 'third', name: 'Third Ltd', users: [person('tia@third.example')] };
    const { changes } = await store.unchanged(() => apply([everything(), company], { dryRun: true }));
    expect(changes.map(({ what }) => what)).to.include.members(['context third', 'user zoe@acme.example', 'user tia@third.example']);
    expect(await findContextByCode(store.scope.db, 'third')).to.equal(undefined);
  });

  it('what exists needs no names: of a company and its people the rest stays, administrators included', async () => {
    const result = await apply([{ code: 'acme', users: [{ email: 'ana@acme.example', department: 'Board' }] }]);
    expect(result.changes.map(({ action, what }) => `${action} ${what}`)).to.deep.equal(['changed user ana@acme.example']);
    expect(await findUserByLogin(store.scope, 'ana@acme.example')).to.include({
      firstName: 'Ana',
      role: 'administrator',
      department: 'Board',
    });
    expect((await findContextByCode(store.scope.db, 'acme'))!.name).to.equal('Acme S.A.');
    expect(await faults([{ code: 'brand-new' }])).to.deep.equal(['contexts[0].name fields.new_context_name']);
    expect(await faults([{ code: 'acme', users: [{ username: 'nameless' }] }])).to.include(
      'contexts[0].users[0].firstName fields.one_name',
    );
  });

  it('a file is brought into being as a whole, and the same file again changes nothing', async () => {
    const { scope } = store;
    const result = await apply([everything()]);
    expect(result.changes.map(({ action, what }) => `${action} ${what}`)).to.deep.equal([
      'changed context acme',
      'created custom field branch',
      'changed rules for directories',
      'created directory Headquarters',
      'created user zoe@acme.example',
      'created group Stock',
      'changed group Stock',
      'created application stock',
      'changed application stock',
    ]);
    expect(await findDirectoryByName(scope, 'Headquarters'), 'nobody saw a token').to.include({ hasToken: false });
    const zoe = (await findUserByLogin(scope, 'zoe@acme.example'))!;
    expect(zoe).to.include({ status: 'activated', emailVerified: false });
    expect(await groupNamesOf(scope, zoe.userId)).to.deep.equal(['Everyone', 'Stock']);
    const [given] = result.generatedPasswords;
    expect(given).to.include({ context: 'acme', login: 'zoe@acme.example' });
    expect(await scope.hasher.verify(readPassword(given!.password), (await findPassword(scope, zoe.userId))!.hash)).to.not.equal(undefined);
    for (const again of [[everything()], startingState('http://127.0.0.1:9/callback').contexts]) {
      const second = await store.unchanged(() => apply(again));
      expect(second).to.deep.equal({
        contexts: again.map((one) => (one as Part).code),
        changes: [],
        generatedPasswords: [],
        leftOut: [],
        advice: [],
      });
    }
  });

  it('of a directory and of the rules for directories what is not mentioned stays, and null is the default again', async () => {
    const { scope } = store;
    const settings = async () => (await findDirectoryByName(scope, 'Branch'))!.settings;
    await apply([acme({ directories: [{ name: 'Branch', settings: { guardPeople: 7, groupFilter: '(objectClass=group)' } }] })]);
    await apply([acme({ directories: [{ name: 'Branch', settings: { acceptsPeople: true, groupFilter: null } }] })]);
    expect(await settings()).to.deep.include({ guardPeople: 7, acceptsPeople: true });
    expect(await settings()).not.to.have.property('groupFilter');
    const wrong = [{ name: 'Branch', settings: { userFilter: 'objectClass=', mapping: { email: 'a b' }, guardPercent: 0 } }];
    expect(() => parseState({ contexts: [acme({ directoryRules: { signIn: 'no' } })] })).to.throw(StateError, 'directoryRules.signIn');
    expect(await faults([acme({ directories: wrong })])).to.have.members([
      'contexts[0].directories[0].settings.userFilter fields.ldap_filter',
      'contexts[0].directories[0].settings.mapping.email fields.ldap_attribute',
      'contexts[0].directories[0].settings.guardPercent fields.number_between',
    ]);
  });

  it('lists that are given are taken as written, and what the file does not mention stays', async () => {
    await apply([
      acme({ users: [person('lia@acme.example')], groups: [{ name: 'Shift', description: 'Night', members: ['lia@acme.example'] }] }),
    ]);
    const { userId } = (await findUserByLogin(store.scope, 'lia@acme.example'))!;
    await store.unchanged(() => apply([acme({ groups: [{ name: 'Shift' }] })]));
    const types = await store.eventsOf(() => apply([acme({ groups: [{ name: 'Shift', members: ['jsilva'] }] })]));
    expect(types).to.deep.equal(['group.member-added', 'group.member-removed']);
    expect(await groupNamesOf(store.scope, userId)).to.deep.equal(['Everyone']);
    expect(await findGroupByName(store.scope, 'Shift')).to.include({ description: 'Night' });
  });

  it('another password ends the sessions, the same one does not', async () => {
    const ana = (password: string) => [
      acme({ users: [{ email: 'ana@acme.example', firstName: 'Ana', lastName: 'Souza', role: 'administrator', password }] }),
    ];
    const { userId } = (await findUserByLogin(store.scope, 'ana@acme.example'))!;
    await store.session(userId);
    await store.unchanged(() => apply(ana(passwords.ana)));
    await store.inOneTransaction((scope) => apply(ana('another long sentence'), {}, scope));
    expect(await listSessionsOfUser(store.scope, userId)).to.have.length(1);
    const types = await store.eventsOf(() => apply(ana('another long sentence')));
    expect(types).to.deep.equal(['password.changed', 'session.ended']);
    expect(await listSessionsOfUser(store.scope, userId)).to.deep.equal([]);
  });

  it('one part that is refused is named, and leaves nothing of all the others', async () => {
    const before = { code: 'before', name: 'Before Ltd', users: [person('first@before.example')] };
    const application = (more: Part) => ({ applications: [{ code: 'refused', name: 'Refused', ...more }] });
    const cases: [refused: Part, path: string][] = [
      [{ pairedWith: 'nowhere', environment: 'approval' }, 'contexts[1].pairedWith errors.unknown_context'],
      [{ pairedWith: 'other' }, 'contexts[1].environment fields.environment_of_pair'],
      [{ pairedWith: 'other', environment: 'production' }, 'contexts[1].environment fields.environment_of_pair'],
      [{ pairedWith: 'acme', environment: 'approval' }, 'contexts[1].pairedWith errors.pairing'],
      [{ customFields: [{ code: 'No code', label: 'x', type: 'text' }] }, 'contexts[1].customFields[0].code'],
      [{ users: [person('good@acme.example'), person('no address')] }, 'contexts[1].users[1].email'],
      [{ users: [person('good@acme.example', { customFields: { unknown: 'x' } })] }, 'contexts[1].users[0].customFields.unknown '],
      [{ users: [person('good@acme.example', { password: 'short' })] }, 'contexts[1].users[0].password'],
      [
        { users: [{ email: 'ana@acme.example', firstName: 'Ana', lastName: 'Souza', role: 'regular' }] },
        'contexts[1].users[0] errors.last_administrator',
      ],
      [{ groups: [{ name: 'Refused', members: ['nobody'] }] }, 'contexts[1].groups[0].members[0] errors.unknown_person'],
      [{ groups: [{ name: 'Refused', members: ['root@other.example'] }] }, 'contexts[1].groups[0].members[0] errors.unknown_person'],
      [{ groups: [{ name: 'Everyone', members: ['jsilva'] }] }, 'contexts[1].groups[0] errors.everyone_is_fixed'],
      [application({ oidc: { ...oidc, redirect_uris: ['no address'] } }), 'contexts[1].applications[0].oidc.redirect_uris[0] '],
      [application({ assignedTo: { groups: ['Nobody'] } }), 'contexts[1].applications[0].assignedTo.groups[0] errors.unknown_group'],
      [application({ assignedTo: { users: ['nobody'] } }), 'contexts[1].applications[0].assignedTo.users[0] errors.unknown_person'],
    ];
    for (const [refused, path] of cases) {
      const [fault] = await faults([before, acme({ name: 'Renamed', ...refused }), { code: 'other', name: 'Renamed, too' }]);
      expect(fault).to.match(new RegExp(`^${path.replace(/[[\].]/g, '\\$&')}`));
    }
    expect(await findApplicationByCode(store.scope, 'refused')).to.equal(undefined);
  });

  it('what is refused in the last company leaves nothing in the first', async () => {
    const [fault] = await faults([
      acme({ users: [person('first@acme.example')] }),
      { code: 'other', name: 'Other Ltd', groups: [{ name: 'x', members: ['nobody'] }] },
    ]);
    expect(fault).to.equal('contexts[1].groups[0].members[0] errors.unknown_person');
  });

  it('keys that there are not, and values of another shape, are told all at once before anything is done', () => {
    const parse = () => parseState({ contexts: [{ name: 'Acme', users: [{ emial: 'x', firstName: 'A', lastName: 'B', role: 'boss' }] }] });
    expect(parse).to.throw(StateError, /contexts\[0\]\.code: fields\.key_missing/);
    expect(parse).to.throw(/contexts\[0\]\.users\[0\]\.role/);
    expect(parse).to.throw(/contexts\[0\]\.users\[0\]\.emial: fields\.key_misspelt/);
    expect(() => parseState({ contexts: [] })).to.throw(StateError);
    expect(() => parseState(null)).to.throw(StateError, /^contexts: fields\.key_missing$/);
    expect(() => parseState([])).to.throw(StateError, /the file/);
  });

  it('a whole file is one transaction: an event that cannot be written leaves nothing of it', async () => {
    const file = {
      ...acme({ name: 'Acme Holding', customFields: [{ code: 'floor', label: 'Floor', type: 'text' }] }),
      users: [person('uma@acme.example', { password: 'uma has a long password' })],
      groups: [{ name: 'Whole', members: ['uma@acme.example', 'jsilva'] }],
      applications: [{ code: 'whole', name: 'Whole', oidc: { ...oidc, client_id: 'whole' }, assignedTo: { groups: ['Whole'] } }],
    };
    await store.inOneTransaction((scope) => apply([file, { code: 'other', name: 'Other Holding' }], {}, scope));
  });

  it('after a deadlock it begins again, and tells only what stays', async () => {
    const { db } = store.scope;
    // the third event of all tries is the victim of a deadlock; a sequence keeps counting through the rollback
    await db.raw(`
      CREATE SEQUENCE events_tried;
      CREATE FUNCTION be_victim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('events_tried') = 3 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER be_victim BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION be_victim();`);
    const people = ['one', 'two', 'three'].map((name) => person(`${name}@deadlock.example`, { generatePassword: true }));
    const { changes, generatedPasswords } = await apply([acme({ users: people })]).finally(() =>
      db.raw('DROP TRIGGER be_victim ON audit_events; DROP FUNCTION be_victim; DROP SEQUENCE events_tried'),
    );
    expect(changes.map(({ what }) => what)).to.deep.equal(people.map(({ email }) => `user ${email}`));
    expect(generatedPasswords).to.have.length(people.length);
    for (const { login, password } of generatedPasswords) {
      const { hash } = (await findPassword(store.scope, (await findUserByLogin(store.scope, login))!.userId))!;
      expect(await store.scope.hasher.verify(readPassword(password), hash), login).to.not.equal(undefined);
    }
  });

  it('a company is made with all it needs to work, or not at all', async () => {
    const made = (scope: Scope) => createContextWithBasics(scope, { code: 'fourth', name: 'Fourth Ltd' });
    await store.inCallersTransaction(made);
    const { contextId } = await made(store.scope);
    const scope = { ...store.scope, contextId };
    expect(await findGroupByName(scope, 'Everyone')).to.include({ isEveryone: true });
    for (const table of ['signing_keys', 'saml_certificates', 'audit_chains'] as const)
      expect(await scope.db(table).where('context_id', contextId), table).to.not.deep.equal([]);
    for (const [code, of] of [
      ['context_code_taken', 'fourth'],
      ['invalid_input', 'No code'],
    ] as const)
      await store.refused(code, () => createContextWithBasics(store.scope, { code: of, name: 'Again' }));
  });

  it('an address that one company of the file leaves is free for another, wherever they stand', async () => {
    const at = (host?: string) => (host ? `https://${host}.moves.example` : null);
    const company = (code: string, host?: string) => ({ code: `moves-${code}`, name: code, address: at(host) });
    const addresses = async () =>
      Promise.all(['a', 'b', 'c'].map(async (code) => (await findContextByCode(store.scope.db, `moves-${code}`))!.address ?? null));
    const rounds: ([string, string?] | [string])[][] = [
      [['a', 'one'], ['b', 'two'], ['c']],
      // each takes what the one after it leaves, and the other way round
      [['c', 'two'], ['b', 'one'], ['a']],
      [['a', 'one'], ['b', 'two'], ['c']],
      [
        ['b', 'one'],
        ['c', 'two'],
        ['a', 'three'],
      ],
      // in a ring
      [
        ['a', 'one'],
        ['b', 'two'],
        ['c', 'three'],
      ],
      [
        ['a', 'two'],
        ['b', 'one'],
        ['c', 'three'],
      ],
      [
        ['c', 'one'],
        ['a', 'three'],
        ['b', 'two'],
      ],
      [
        ['c', 'two'],
        ['a', 'one'],
        ['b', 'three'],
      ],
    ];
    const edited = async () =>
      (await store.scope.db('audit_events').where('type', 'context.edited').whereLike('subject_name', '_')).map((event) => {
        const { before, after } = event.details as Record<'before' | 'after', { address: string | null }>;
        return { eventId: event.event_id, said: [`moves-${event.subject_name}`, before.address, after.address] };
      });
    let isFirst = true;
    for (const round of rounds) {
      const contexts = round.map(([code, host]) => company(code!, host));
      const past = new Set((await edited()).map(({ eventId }) => eventId));
      const before = await Promise.all(contexts.map(async ({ code }) => (await findContextByCode(store.scope.db, code))?.address));
      const moves = contexts.flatMap(({ code, address }, index) =>
        before[index] === (address ?? undefined) ? [] : [[code, before[index] ?? null, address]],
      );
      const { plan = [] } = await applyState(store.scope, parseState({ contexts }), { dryRun: true, plan: true });
      const planned = plan.flatMap(({ context, differences }) =>
        differences.flatMap(({ fields }) =>
          fields.filter(({ path }) => path === 'address').map((one) => [context, one.before ?? null, one.after ?? null]),
        ),
      );
      expect(planned).to.deep.equal(isFirst ? [] : moves);
      const { contexts: named } = await applyState(store.scope, parseState({ contexts }));
      expect(named).to.deep.equal(contexts.map(({ code }) => code));
      const wanted = Object.fromEntries(round.map(([code, host]) => [code, at(host)]));
      expect(await addresses()).to.deep.equal(['a', 'b', 'c'].map((code) => wanted[code]));
      const edits = (await edited()).filter(({ eventId }) => !past.has(eventId));
      expect(edits.map(({ said }) => said)).to.have.deep.members(isFirst ? [] : moves);
      isFirst = false;
    }
  });
});
