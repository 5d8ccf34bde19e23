import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { describeChanges } from '../../../../src/command-line/describe-changes.ts';
import { describeConfiguration, fileOf } from '../../../../src/domain/administration/configuration/index.ts';
import { type ApplyOptions, applyState, parseState, StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { assignApplication, listAssignees } from '../../../../src/domain/applications/assignments/index.ts';
import { listEditions } from '../../../../src/domain/applications/consents/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import { changePolicy, confirmPolicy } from '../../../../src/domain/sign-in/authentication/index.ts';
import { loadPolicy } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { useStore } from '../../../support/use-cases.ts';

type Part = Record<string, unknown>;

describe('domain/administration/desired-state: settings, policy and secrets', () => {
  const store = useStore();
  const apply = (more: Part, options: ApplyOptions = {}) =>
    applyState(store.scope, parseState({ contexts: [{ code: 'acme', ...more }] }), options);
  const faults = (more: Part, options: ApplyOptions = {}) =>
    store.unchanged(async () => {
      const error = await Promise.resolve()
        .then(() => apply(more, options))
        .then(
          () => expect.fail('it went through'),
          (reason: unknown) => reason,
        );
      if (!(error instanceof StateError)) throw error;
      return error.faults.map(({ path, message }) => `${path} ${message}`);
    });
  const settings = () => describeConfiguration(store.scope);

  it('what a file leaves out stays, null is the default again', async () => {
    const hours = { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '23:59', timeZone: 'UTC' };
    await apply({
      policy: { hours, lockout: { limit: 9 } },
      newAccounts: { invitationDays: 3, recoveryMinutes: 30 },
      branding: { texts: { en: { signIn: 'Hi' } } },
    });
    await apply({
      policy: { lockout: { mail: false } },
      newAccounts: { recoveryMinutes: 45 },
      branding: { texts: { es: { signIn: 'Hola' } } },
    });
    const { policy, newAccounts, branding } = await settings();
    expect(policy).to.deep.include({ hours, lockout: { limit: 9, decayMinutes: 15, unblockAfterMinutes: 0, mail: false } });
    expect(newAccounts).to.include({ invitationDays: 3, recoveryMinutes: 45 });
    expect(branding.texts).to.have.all.keys('en', 'es');
    await apply({ policy: { hours: null }, newAccounts: { invitationDays: null }, branding: { texts: { en: null } } });
    const after = await settings();
    expect(after.policy).not.to.have.property('hours');
    expect(after.newAccounts).to.include({ invitationDays: 7, recoveryMinutes: 45 });
    expect(after.branding.texts).to.have.all.keys('es');
  });

  it('every fault has the path that the file has for it', async () => {
    const cases: [Part, string][] = [
      [{ policy: { password: { minLength: 2 } } }, 'contexts[0].policy.password.minLength fields.number_between'],
      [{ policy: { overrides: [{ for: { group: 'Nobody' } }] } }, 'contexts[0].policy.overrides[0].for.group errors.unknown_group'],
      [
        { policy: { overrides: [{ for: { application: 'nothing' } }] } },
        'contexts[0].policy.overrides[0].for.application errors.unknown_application',
      ],
      [
        { policy: { overrides: [{ for: { role: 'regular' } }, { for: { group: 'Everyone' }, networks: ['here'] }] } },
        'contexts[0].policy.overrides[1].networks[0] fields.network',
      ],
      [{ policy: { overrides: [{ for: { group: 'a', role: 'regular' } }] } }, 'contexts[0].policy.overrides[0].for fields.override_target'],
      [{ policy: { lokout: {} } }, 'contexts[0].policy.lokout fields.key_misspelt'],
      [{ policy: { lockout: { limt: 3 } } }, 'contexts[0].policy.lockout.limt fields.key_misspelt'],
      [{ newAccounts: { invitationDays: 0 } }, 'contexts[0].newAccounts.invitationDays fields.number_between'],
      [{ branding: { color: '#ffffff' } }, 'contexts[0].branding.color fields.color_contrast'],
      [{ branding: { logo: 'data:image/png;base64,AAAA' } }, 'contexts[0].branding.logo fields.logo'],
      [
        { mails: { invitation: { en: { subject: '{{nobody}}', body: 'b', action: 'c' } } } },
        'contexts[0].mails.invitation.en.subject fields.placeholder',
      ],
      [{ mails: { unknown: {} } }, 'contexts[0].mails.unknown'],
      [{ terms: { en: { title: '', body: 'x' } } }, 'contexts[0].terms.en.title fields.required'],
      [{ auditRetentionDays: 3 }, 'contexts[0].auditRetentionDays fields.retention'],
      [{ applications: [{ code: 'payroll', name: 'Payroll', logo: 'nothing' }] }, 'contexts[0].applications[0].logo fields.logo'],
    ];
    for (const [part, expected] of cases)
      expect((await faults(part))[0], expected).to.match(new RegExp(`^${expected.replace(/[[\].]/g, '\\$&')}`));
  });

  it('terms are a new edition where a word is another, and null asks nobody any more', async () => {
    const terms = { en: { title: 'Terms', body: 'Be kind.' } };
    await apply({ terms });
    await store.unchanged(() => apply({ terms }));
    await apply({ terms: { en: { title: 'Terms', body: 'Be kinder.' } } });
    expect((await listEditions(store.scope)).map(({ edition }) => edition)).to.deep.equal([2, 1]);
    await apply({ terms: null });
    expect(await settings()).not.to.have.property('terms');
  });

  it('a policy stands at once without a trial, but never one that keeps every administrator out who is signed in', async () => {
    const ana = (await findUserByLogin(store.scope, 'ana@acme.example'))!;
    await store.session(ana.userId);
    expect(await faults({ policy: { networks: ['10.0.0.0/8'] } })).to.deep.equal(['contexts[0].policy errors.policy_locks_out']);
    const types = await store.eventsOf(async () => {
      const { changes } = await apply({ policy: { networks: ['127.0.0.0/8'] } });
      expect(changes).to.deep.equal([{ action: 'changed', what: 'sign-in policy', details: 'at once, without a trial', context: 'acme' }]);
    });
    expect(types).to.deep.equal(['sign-in-policy.changed', 'sign-in-policy.confirmed']);
    const stored = await loadPolicy(store.scope);
    expect(stored.trial).to.equal(undefined);
    await store.unchanged(() => apply({ policy: { networks: ['127.0.0.0/8'] } }));
    await store.refused('changed_meanwhile', () => confirmPolicy(store.scope, stored.version));
    await apply({ policy: { networks: [] } });
  });

  it('what is on trial in the console is neither confirmed by a file nor taken for what stands, and a file can take it back', async () => {
    const before = (await loadPolicy(store.scope)).rules;
    const trying = async () => {
      const { version } = await loadPolicy(store.scope);
      const rules = { ...before, base: { ...before.base, networks: ['127.0.0.0/8'] } };
      expect(await changePolicy(store.scope, rules, version)).to.include({ outcome: 'on-trial' });
    };
    await trying();
    for (const policy of [
      { session: { idleMinutes: 97 } },
      { networks: ['127.0.0.0/8'] },
      { networks: ['127.0.0.0/8', '10.0.0.0/8'] },
      { overrides: [{ for: { role: 'regular' }, networks: ['127.0.0.0/8'] }] },
    ])
      expect(await faults({ policy }), JSON.stringify(policy)).to.deep.equal(['contexts[0].policy errors.policy_on_trial']);
    await store.unchanged(() => apply({ policy: { session: { idleMinutes: before.base.session.idleMinutes } } }));
    await store.unchanged(() => apply({ groups: [] }));
    await apply({ policy: { networks: [] } });
    expect(await loadPolicy(store.scope)).to.deep.include({ rules: before, trial: undefined });
    await trying();
    await confirmPolicy(store.scope, (await loadPolicy(store.scope)).version);
    await store.unchanged(() => apply({ policy: { networks: ['127.0.0.0/8'] } }));
    await apply({ policy: { networks: [] } });
  });

  const locking: [what: string, policy: object, options?: ApplyOptions][] = [
    ['networks in which nobody was', { networks: ['203.0.113.7'] }],
    ['no e-mail to sign in with', { identifiers: { email: false } }],
    [
      'a second factor that works nowhere',
      { secondFactor: { demand: 'required', factors: ['passkey'] } },
      { baseUrl: 'http://192.0.2.1:3000' },
    ],
    [
      'hours of two rules that never meet',
      {
        hours: { days: [1], from: '08:00', to: '12:00', timeZone: 'UTC' },
        overrides: [{ for: { role: 'administrator' }, hours: { days: [2], from: '08:00', to: '12:00', timeZone: 'UTC' } }],
      },
    ],
    ['a rule for administrators', { overrides: [{ for: { role: 'administrator' }, networks: ['203.0.113.7'] }] }],
  ];
  for (const [what, policy, options] of locking)
    it(`${what}: while no administrator is signed in, that is written only where somebody has taken note of it`, async () => {
      const ana = (await findUserByLogin(store.scope, 'ana@acme.example'))!;
      const { db, contextId } = store.scope;
      const removed = () => db('sign_in_policies').where('context_id', contextId).delete();
      await removed();
      // she was here once, from 127.0.0.1
      await store.session(ana.userId);
      await db('sessions').where('context_id', contextId).update({ ended_at: store.scope.clock.now() });
      expect(await faults({ policy }, options)).to.deep.equal(['contexts[0].policy errors.policy_without_way_in']);
      expect((await apply({ policy }, { ...options, acceptLockout: true })).changes).to.have.length(1);
      await apply({ policy: { lockout: { limit: 7 } } }, options);
      await removed();
    });

  it('rules by which an administrator gets in, from where they last did, need nobody to take note of them; nor do those of a new company', async () => {
    const { db, contextId } = store.scope;
    const hours = { days: [1, 2, 3, 4, 5], from: '08:00', to: '12:00', timeZone: 'UTC' };
    const role = { role: 'regular' };
    for (const policy of [
      { networks: ['127.0.0.0/8'], hours },
      { secondFactor: { demand: 'required', factors: ['totp'] } },
      { overrides: [{ for: role, networks: ['203.0.113.7'] }] },
    ]) {
      expect((await apply({ policy }, { baseUrl: 'http://192.0.2.1:3000' })).changes).to.have.length(1);
      await db('sign_in_policies').where('context_id', contextId).delete();
    }
    const users = [{ email: 'first@new.example', firstName: 'First', role: 'administrator' }];
    await applyState(
      store.scope,
      parseState({ contexts: [{ code: 'walled', name: 'Walled', users, policy: { networks: ['203.0.113.7'] } }] }),
    );
  });

  it('of more administrators than are looked at, one who is signed in counts, and so do those who were seen last', async () => {
    const { db, contextId, clock } = store.scope;
    const users = Array.from({ length: 110 }, (_, index) => ({ email: `many-${index}@acme.example`, role: 'administrator' }));
    await apply({ users: users.map((one, index) => ({ ...one, firstName: `Many ${index}` })) });
    const last = (await findUserByLogin(store.scope, 'many-109@acme.example'))!;
    await db('users').where({ context_id: contextId, role: 'administrator' }).whereLike('email', 'many-%').update({ status: 'activated' });
    const policy = { networks: ['127.0.0.0/8'] };
    const removed = () => db('sign_in_policies').where('context_id', contextId).delete();
    const sessions = () => db('sessions').where('context_id', contextId);
    await sessions().delete();
    expect(await faults({ policy })).to.deep.equal(['contexts[0].policy errors.policy_without_way_in']);
    await store.session(last.userId);
    expect((await apply({ policy })).changes, 'signed in').to.have.length(1);
    await removed();
    await sessions().update({ ended_at: clock.now() });
    expect((await apply({ policy })).changes, 'seen last').to.have.length(1);
    await removed();
    await db('users').where({ context_id: contextId }).whereLike('email', 'many-%').update({ role: 'regular' });
  });

  it('of a file with the policy alone the policy is restored, overrides that came since included, and nothing else goes', async () => {
    await apply({ policy: { lockout: { limit: 9 } } });
    const { policy } = fileOf(await settings()).contexts[0] as { policy: Part };
    const app = {
      code: 'since',
      name: 'Since',
      oidc: { client_id: 'since', client_secret: 'a-secret-that-is-long-enough', redirect_uris: ['https://since.example/cb'] },
    };
    await apply({
      policy: { lockout: { limit: 4 }, overrides: [{ for: { role: 'regular' }, networks: ['127.0.0.0/8'] }] },
      groups: [{ name: 'Since' }],
      applications: [app],
    });
    const since = await settings();
    await apply({ policy }, { prune: true, acceptLockout: true });
    expect(await settings()).to.deep.equal({ ...since, policy });
  });

  it('of keys of a client it says how many are left out, each time', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    const keyed = (code: string, keys: object[]) => ({
      code,
      name: code,
      oidc: { client_id: code, token_endpoint_auth_method: 'private_key_jwt', grant_types: ['client_credentials'], jwks: { keys } },
    });
    const applications = [keyed('keyed', [key, { kty: 'EC' }, { ...key, use: 'enc' }]), keyed('plain', [key])];
    for (const isNew of [true, false]) {
      const result = await apply({ applications });
      expect(result.changes.length > 0).to.equal(isNew);
      expect(result.leftOutKeys).to.deep.equal([{ application: 'keyed', count: 2, context: 'acme' }]);
      expect(describeChanges(result, false)).to.match(/Keys left out of jwks .*:\n {2}keyed: 2$/);
    }
  });

  it('a list of assignees that is left out stays', async () => {
    const { applicationId } = (await findApplicationByCode(store.scope, 'payroll'))!;
    const { userId } = (await findUserByLogin(store.scope, 'jsilva'))!;
    await assignApplication(store.scope, applicationId, { kind: 'user', id: userId });
    const payroll = (assignedTo: Part) => ({ applications: [{ code: 'payroll', name: 'Payroll', assignedTo }] });
    await apply(payroll({ groups: ['Everyone'] }));
    const logins = async () => {
      const { users, groups } = await listAssignees(store.scope, applicationId);
      return { users: users.map((one) => one.username), groups: groups.map(({ name }) => name) };
    };
    expect(await logins()).to.deep.equal({ users: ['jsilva'], groups: ['Everyone'] });
    await apply(payroll({ users: [] }));
    expect(await logins()).to.deep.equal({ users: [], groups: ['Everyone'] });
  });

  it('a secret whose reference leads to nothing stays where there is one, and is a fault where there is none', async () => {
    const reference = `\${env:NONE}`;
    const of = (code: string, method = 'any') => ({
      applications: [
        { code, name: code, oidc: { client_id: code, token_endpoint_auth_method: method, redirect_uris: ['https://a.example/cb'] } },
      ],
    });
    const unresolved = [{ path: 'contexts[0].applications[0].oidc.client_secret', reference }];
    const { keptSecrets } = await apply(of('payroll'), { unresolved });
    expect(keptSecrets).to.deep.equal([{ application: 'payroll', reference, context: 'acme' }]);
    expect((await findApplicationByCode(store.scope, 'payroll'))!.oidc).to.have.property('secret_fingerprint');
    for (const part of [of('fresh'), of('mobile')])
      expect(await faults(part, { unresolved })).to.deep.equal(['contexts[0].applications[0].oidc.client_secret fields.reference_secret']);
  });
});
