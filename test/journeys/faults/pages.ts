import { endSessionsOfUser } from '../../../src/domain/sign-in/sessions/index.ts';
import { type Fault, Jar, password } from '../../support/faults.ts';

/** What a page of ours cannot do: each with a code. */
export const pageFaults: Fault[] = [
  {
    fault: 'an address that there is not',
    cause: ({ server }) => new Jar().get(`${server.issuer}/nothing/here`),
    named: /address is wrong or the page no longer exists/,
  },
  {
    fault: 'the console, by a regular user',
    async cause(world) {
      const jar = await world.browserOf('plain@acme.example');
      return jar.get(`${world.server.issuer}/admin`);
    },
    named: /plain Fault.*Role ?regular user/,
  },
  {
    fault: 'a session that was ended meanwhile',
    async cause(world) {
      const jar = new Jar();
      const page = await world.signIn('ended@acme.example', password, jar, `${world.server.issuer}/account/password`);
      await endSessionsOfUser(world.scope, (await world.user('ended@acme.example')).userId, 'password-changed');
      return jar.submit(jar.form(page, /account/), { currentPassword: 'x', newPassword: 'y', repeatPassword: 'y' });
    },
    named: /ended Fault.*Reason ?password was changed/,
  },
  {
    fault: 'a form of another site',
    async cause(world) {
      const jar = new Jar();
      await world.signIn('forged@acme.example', password, jar);
      return jar.get(`${world.server.issuer}/launchpad/add`, { form: { application: 'x', _csrf: 'forged' } });
    },
    named: /form came from another site/,
  },
  {
    fault: 'a browser without cookies',
    async cause({ authorize }) {
      const page = await new Jar().get(authorize({ client_id: 'one' }));
      const first = await new Jar().get(page.location!);
      return first.location ? new Jar().get(first.location) : first;
    },
    named: /has to allow cookies|did not send cookies/,
  },
  {
    fault: 'a sign-in that is over',
    cause: ({ server }) => new Jar().get(`${server.issuer}/saml/request/${'x'.repeat(43)}`),
    named: /sign-in took longer than an hour/,
  },
];
