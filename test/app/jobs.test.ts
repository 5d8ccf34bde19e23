import { expect } from 'chai';
import { crontab, jobs } from '../../src/app/jobs.ts';
import { type Job, job, jobType } from '../../src/domain/job.ts';
import { accountDeletion } from '../../src/domain/people/users/index.ts';
import type { ContextId, Scope } from '../../src/domain/scope.ts';
import { eventually } from '../support/patience.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const id = '01900000-0000-7000-8000-000000000001';
const actor = { kind: 'anonymous', name: '', ip: '192.0.2.1', userAgent: 'Browser' };

/** What may lie in the queue, all but `deliver-mail` by a server of version 0.1 that may still run beside this one: these names and shapes are understood. */
const asked: Record<string, object> = {
  'delete-account': { userId: id, actor: { kind: 'person', id } },
  'deliver-mail': { userId: id, to: 'ana@acme.example', locale: 'en', mail: 'blocked', params: {}, leadsTo: { page: 'account' } },
  'end-sessions-of-user': { userId: id, reason: 'user.deactivated' },
  'follow-planned-deactivation': { userId: id, timeZone: 'UTC' },
  'forget-custom-values': { fieldId: id },
  'notify-relying-party': {
    sessionId: id,
    participant: { applicationId: id, protocol: 'oidc', protocolSession: 'sid', userId: id, nameIds: [] },
  },
  'refresh-metadata': { applicationId: id },
  'run-operation': { operationId: id },
  'send-mail': { userId: id, to: 'ana@acme.example', locale: 'en', mail: 'recovery', params: { minutes: 60 }, sealedPath: 'sealed' },
  'send-recovery': { actor, locale: 'en', login: 'sealed' },
  'send-registration': { actor, registration: 'sealed' },
};
/** A mail leads to none of these; a page with a token lies in the queue sealed only. */
const oddPages = [
  'account',
  {},
  { page: 'nowhere' },
  { page: null },
  { page: 'constructor' },
  { page: 'application' },
  { page: 'application', application: '../users' },
  { page: 'account', token: 'x' },
  { page: 'recovery', token: 'in the open' },
];
const chores = [
  'end-policy-trials',
  'seal-audit',
  'purge-audit',
  'follow-planned-deactivations',
  'sweep-expired',
  'refresh-all-metadata',
  'warn-of-expiry',
];

describe('domain/job', () => {
  let server: TestServer;
  let scope: Scope;
  before(async () => {
    server = await startTestServer();
    scope = await server.scope();
  });
  after(() => server.close());

  it('that are told to stop while they start do stop: nothing of them stays', async () => {
    const own = await startTestServer();
    try {
      const starting = own.app.startJobs();
      await own.app.stopJobs(0);
      await starting;
      const { db } = await own.scope();
      await eventually(async () => {
        const { rows } = await db.raw(
          `SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name IN ('portaria jobs', 'portaria workers')`,
        );
        expect(rows).to.deep.equal([]);
      });
    } finally {
      await own.close();
    }
  });

  it('understands what the version before asks for, by name and shape', async () => {
    expect(jobs.map(({ name }) => name)).to.include.members(Object.keys(asked));
    for (const [name, payload] of Object.entries(asked)) {
      const { run } = jobs.find((one) => one.name === name) as Job<never>;
      let reached = false;
      // whatever the job does with it, the payload was read: it asks for its scope first and fails with a ZodError on what it cannot read
      const watched = () => {
        reached = true;
        return scope;
      };
      await run(watched, { contextId: scope.contextId, ...payload }, undefined as never, { isLast: false }).catch((error) =>
        expect(error.name, name).not.to.equal('ZodError'),
      );
      expect(reached, name).to.equal(true);
    }
  });

  for (const [name, payload] of Object.entries(asked))
    it(`${name}: what is odd in a payload fails before anything is done`, async () => {
      const odd: object[] = Object.keys(payload).flatMap((key) => [null, 7, ['x']].map((value) => ({ ...payload, [key]: value })));
      if (name === 'deliver-mail') odd.push(...oddPages.map((leadsTo) => ({ ...payload, leadsTo })), { ...payload, mail: 'unheard-of' });
      const { run } = jobs.find((one) => one.name === name) as Job<never>;
      for (const one of odd) {
        const fault = await run(() => scope, { contextId: scope.contextId, ...one }, undefined as never, { isLast: false }).then(
          () => undefined,
          (error: Error) => error,
        );
        expect(fault?.name, JSON.stringify(one)).to.equal('ZodError');
      }
    });

  it('of the calendar, too; no name is given twice', () => {
    const scheduled = crontab.split('\n').map((line) => line.split(' ')[5]);
    expect(scheduled).to.include.members(chores);
    expect(new Set([...scheduled, ...jobs.map(({ name }) => name)]).size).to.equal(scheduled.length + jobs.length);
  });

  it('a payload that is not of the shape fails before anything is done', async () => {
    let done = 0;
    const one = job(jobType('one', { userId: accountDeletion.payload }), async () => void done++);
    const contextId = id as ContextId;
    for (const payload of [undefined, {}, { contextId }, { contextId, userId: 7 }, { contextId: 'x', userId: id }])
      await one
        .run(() => scope, payload, {}, { isLast: false })
        .then(
          () => expect.fail(JSON.stringify(payload)),
          (error) => expect(error.name).to.equal('ZodError'),
        );
    expect(done).to.equal(0);
  });
});
