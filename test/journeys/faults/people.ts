import { acceptTerms, publishTerms } from '../../../src/domain/applications/consents/index.ts';
import { followPlan, planDeactivation } from '../../../src/domain/people/planned-deactivations/index.ts';
import { changeStatus } from '../../../src/domain/people/users/index.ts';
import { createLink, useLink } from '../../../src/domain/records/one-time-links/index.ts';
import { inTransaction } from '../../../src/domain/scope.ts';
import { enrolAt, FakeAgent } from '../../support/fake-agent.ts';
import { explainPage, type Fault, Jar, personPage, type World } from '../../support/faults.ts';
import { directoryAnswers, prepared } from './world.ts';

const email = (name: string) => `${name}@acme.example`;
const wrongTimes = (login: string, times: number) => async (world: World) => {
  for (let n = 0; n < times; n++) await world.signIn(login, 'not the password');
};
const today = (days = 0) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** At the sign-in page, where strangers are told nothing: an administrator begins at the person. */
export const peopleFaults: Fault[] = [
  { fault: 'a wrong password', cause: wrongTimes(email('wrong'), 1), start: personPage(email('wrong')), named: /wrong password/ },
  {
    fault: 'blocked',
    cause: wrongTimes(email('blocked'), 6),
    start: personPage(email('blocked')),
    named: /account is blocked|limit of failed attempts/i,
  },
  {
    fault: 'deactivated',
    async cause(world) {
      const { userId } = await world.user(email('deactivated'));
      await inTransaction(world.scope, (inside) => changeStatus(inside, userId, 'deactivate'));
      await world.signIn(email('deactivated'));
    },
    start: personPage(email('deactivated')),
    named: /account is deactivated/,
  },
  {
    fault: 'deactivated for a time',
    async cause(world) {
      const { userId } = await world.user(email('planned'));
      await planDeactivation(world.scope, userId, { startsOn: today(), endsOn: today(20), description: 'Leave' }, 'UTC');
      await followPlan(world.scope, userId, 'UTC');
      await world.signIn(email('planned'));
    },
    start: explainPage(email('planned')),
    named: /temporary deactivation is in effect/,
  },
  {
    fault: 'an invitation that was not accepted',
    cause: (world) => world.signIn(email('invited')),
    start: personPage(email('invited')),
    named: /invitation (is )?not accepted|the invitation has not been accepted yet/,
  },
  {
    fault: 'pending in the directory',
    cause: (world) => world.signIn(email('pending')),
    start: explainPage(email('pending')),
    named: /waiting to be accepted/,
  },
  {
    fault: 'rejected from the directory',
    cause: (world) => world.signIn(email('rejected')),
    start: explainPage(email('rejected')),
    named: /was rejected/,
  },
  {
    fault: 'no attempt left in this browser',
    async cause(world) {
      const { userId } = await world.user(email('usedup'));
      await wrongTimes(email('usedup'), 6)(world);
      await inTransaction(world.scope, (inside) => changeStatus(inside, userId, 'unblock'));
      await world.signIn(email('usedup'));
    },
    start: personPage(email('usedup')),
    named: /too many failed attempts/,
  },
  {
    fault: 'outside the hours of a group',
    cause: (world) => world.signIn(email('night')),
    named: /does not allow signing in at this time.*different|does not allow signing in at this time/,
  },
  {
    fault: 'a network that a group may not come from',
    cause: (world) => world.signIn(email('elsewhere')),
    named: /does not allow signing in from this network/,
  },
  {
    fault: 'no factor that can be used',
    cause: (world) => world.signIn(email('keys')),
    named: /second factor but accepts none|none can be used/,
  },
  {
    fault: 'a wrong code of the app',
    async cause(world) {
      const jar = new Jar();
      const page = await world.signIn(email('totp'), undefined, jar);
      return jar.submit(jar.form(page, /second-factor|totp/), { code: '000000' });
    },
    start: personPage(email('totp')),
    named: /wrong authenticator app code/,
  },
  {
    fault: 'a recovery code that was used',
    async cause(world) {
      for (let n = 0; n < 2; n++) {
        const jar = new Jar();
        const page = await world.signIn(email('recovery'), undefined, jar);
        await jar.submit(jar.form(page, /second-factor/), { factor: 'recovery-code', code: prepared().recoveryCode });
      }
    },
    start: personPage(email('recovery')),
    named: /wrong or already used recovery code/,
  },
  {
    fault: 'a password that is too old',
    cause: (world) => world.signIn(email('expired')),
    start: explainPage(email('expired')),
    named: /too old|expired/i,
  },
  {
    fault: 'a directory that does not answer',
    cause: (world) => world.signIn(email('away'), 'the network password'),
    start: personPage(email('away')),
    named: /directory is unavailable/,
  },
  {
    fault: 'a wrong password at the directory',
    async cause(world) {
      directoryAnswers.reason = 'wrong-password';
      await connectDirectory(world);
      await world.signIn(email('netwrong'), 'not that of the network');
    },
    start: personPage(email('netwrong')),
    named: /wrong password/,
  },
  {
    fault: 'locked in the directory',
    async cause(world) {
      directoryAnswers.reason = 'account-locked';
      await connectDirectory(world);
      await world.signIn(email('netlocked'), 'the network password');
    },
    start: personPage(email('netlocked')),
    named: /locked in the directory/,
  },
  {
    fault: 'an invitation that has expired',
    async cause(world) {
      const { userId } = await world.user(email('invited'));
      const link = await createLink(world.scope, { kind: 'invitation', owner: { userId }, lifetimeSeconds: 3600 });
      await world.scope
        .db('one_time_links')
        .where({ user_id: userId })
        .update({ expires_at: new Date(Date.now() - 60_000) });
      world.secrets.add(link);
      return new Jar().get(`${world.server.issuer}/activate/${link}`);
    },
    named: /Link ?invitation.*Valid until/,
  },
  {
    fault: 'a link that was used',
    async cause(world) {
      const { userId } = await world.user(email('plain'));
      const link = await createLink(world.scope, { kind: 'recovery', owner: { userId }, lifetimeSeconds: 3600 });
      await inTransaction(world.scope, (inside) => useLink(inside, 'recovery', link));
      world.secrets.add(link);
      return new Jar().get(`${world.server.issuer}/recovery/${link}`);
    },
    named: /Link ?password recovery.*Used or replaced/,
  },
  {
    fault: 'terms that were not accepted',
    async cause(world) {
      const edition = await publishTerms(world.scope, { en: { title: 'Terms', body: 'Be kind.' } }, 0);
      for (const login of [email('ana'), email('plain'), email('forged'), email('ended')])
        await acceptTerms(world.scope, (await world.user(login)).userId, edition, 'en');
      await world.signIn(email('terms'));
    },
    start: explainPage(email('terms')),
    named: /Required first:.*Terms/,
  },
];

let agent: FakeAgent | undefined;

async function connectDirectory({ server }: World): Promise<void> {
  if (agent) return;
  const { identity } = await enrolAt(server.issuer, prepared().answered.token);
  agent = new FakeAgent({ identity, url: server.issuer, answer: () => ({ outcome: 'refused', reason: directoryAnswers.reason }) });
  await agent.met;
}

export const endDirectory = async (): Promise<void> => agent?.end();
