import { expect } from 'chai';
import { findUserById, requestDeletion } from '../../../src/domain/people/users/index.ts';
import { findEvents } from '../../../src/domain/records/audit/index.ts';
import { findFailure, recordFailure } from '../../../src/domain/records/page-failures/index.ts';
import { eventsOf } from '../../support/audit.ts';
import { clicksTo, type Fault, startWorld, supportCodeOf, type World } from '../../support/faults.ts';
import type { Answer } from '../../support/jar.ts';
import { eventually } from '../../support/process.ts';
import { passwords, signedIn } from '../../support/server.ts';
import { oidcFaults } from './oidc.ts';
import { pageFaults } from './pages.ts';
import { endDirectory, peopleFaults } from './people.ts';
import { prepare } from './prepare.ts';
import { samlFaults } from './saml.ts';
import { keepPrepared, prepared } from './world.ts';

const groups: Record<string, Fault[]> = {
  'of pages': pageFaults,
  'of OpenID Connect': oidcFaults,
  'of SAML': samlFaults,
  'of people': peopleFaults,
};

describe('faults, and the way to their cause', function () {
  this.timeout(60_000);
  let world: World;
  before(async () => {
    world = await startWorld(async (server) => keepPrepared(await prepare(server)));
  });
  after(async () => {
    await endDirectory();
    await world.stop();
  });

  it('are at least forty', () => expect(Object.values(groups).flat().length).to.be.at.least(40));

  for (const [kind, faults] of Object.entries(groups))
    describe(kind, () => {
      for (const fault of faults)
        it(fault.fault, async () => {
          const shown = (await fault.cause(world)) as Answer | undefined;
          const code = fault.start ? undefined : supportCodeOf(shown!);
          const { clicks, seen } = await clicksTo(world, fault, code);
          expect(clicks, `clicks to ${fault.named}\n${seen.join('\n')}`).to.be.at.most(3);
        });
    });

  describe('what was kept of all of them', () => {
    /** Of events and of pages. */
    const keptFacts = async (): Promise<string[]> => {
      const events = await eventsOf(world.scope);
      const failures = await world.scope.db('page_failures').select('facts');
      return [
        ...events.flatMap(({ details }) => (details.facts ? [JSON.stringify(details.facts)] : [])),
        ...failures.map(({ facts }) => JSON.stringify(facts)),
      ];
    };

    it('is small, and holds no secret', async () => {
      const kept = await keptFacts();
      expect(kept.length).to.be.greaterThan(40);
      expect(Math.max(...kept.map(({ length }) => length))).to.be.below(4000);
      const secrets = [...world.secrets, prepared().totpSecret, prepared().recoveryCode].filter(({ length }) => length >= 8);
      expect(secrets.length).to.be.greaterThan(10);
      for (const secret of secrets) for (const facts of kept) expect(facts).to.not.include(secret);
    });

    it('lies under the key of the person it is about', async () => {
      const rows = await world.scope
        .db('audit_events')
        .where({ context_id: world.scope.contextId, subject_kind: 'user' })
        .select('details');
      expect(rows.length).to.be.greaterThan(20);
      for (const { details } of rows) expect(details).to.deep.equal({});
    });

    it('is not there for another company', async () => {
      const rita = await signedIn(world.server.baseUrl, 'root@other.example', passwords.root, 'other');
      const codes = await world.scope.db('audit_events').whereNotNull('support_code').pluck('support_code');
      const ofPages = await world.scope.db('page_failures').where({ context_id: world.scope.contextId }).pluck('support_code');
      expect(codes.length).to.be.greaterThan(10);
      for (const code of [codes[0]!, ofPages[0]!]) {
        const answer = await rita.follow(`${world.server.baseUrl}/other/admin/explain?code=${code}`);
        expect(answer.status).to.equal(404);
        expect(answer.text).to.contain('Support code not found');
      }
      const [event] = await eventsOf(world.scope, { type: 'access.refused' });
      expect((await rita.follow(`${world.server.baseUrl}/other/admin/explain?event=${event!.id}`)).status).to.equal(404);
    });

    it('goes with the person', async () => {
      const [event] = await eventsOf(world.scope, { type: 'sign-in.failed' });
      expect(event!.details.facts).to.be.an('object');
      const { userId } = await world.user(event!.details.login as string);
      await recordFailure(world.scope, { supportCode: 'GONE-GONE', code: 'not_found', status: 404, page: '/gone', userId, facts: {} });
      // the job of the server process does the rest
      await requestDeletion(world.scope, userId);
      await eventually(async () => expect(await findUserById(world.scope, userId)).to.equal(undefined));
      const [after] = await findEvents(world.scope, [event!.id]);
      expect(after).to.deep.include({ details: {}, erased: { actor: false, subject: true } });
      expect(await findFailure(world.scope, 'GONE-GONE')).to.equal(undefined);
      const page = await world.admin.follow(`${world.server.issuer}/admin/explain?event=${event!.id}`);
      expect(page.status).to.equal(200);
      expect(page.text).to.not.contain(event!.details.login as string);
    });
  });
});
