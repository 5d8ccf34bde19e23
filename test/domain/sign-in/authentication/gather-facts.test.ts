import { globSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { type Arrival, gatherFacts, nextStep } from '../../../../src/domain/sign-in/authentication/index.ts';
import { setPolicy } from '../../../support/policy.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('domain/authentication: gathering the facts of the next step', () => {
  let server: TestServer;
  let nobody: Arrival;
  let joao: Arrival;
  before(async () => {
    server = await startTestServer();
    const { contextId } = await server.scope();
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const session = await server.app.services.findSession(
      contextId,
      jar.cookies.get(new URL(server.baseUrl).host)?.get('portaria_session_acme'),
    );
    nobody = { demands: {}, browser: 'b'.repeat(43), usableFactors: ['totp'], termsEdition: 0 };
    expect(session?.person.login).to.equal('jsilva');
    joao = { ...nobody, session };
  });
  after(() => server.close());

  const rules = async () => server.app.services.findPolicy((await server.scope()).contextId);
  /** A scope whose store answers nothing: whoever asks it fails. */
  const withoutStore = async (): Promise<Scope> => {
    const refuse = () => {
      throw new Error('the store was asked');
    };
    return { ...(await server.scope()), db: new Proxy(refuse, { get: refuse }) as never };
  };

  it('of nobody there is no policy, and the step is to say who it is', async () => {
    const facts = await gatherFacts(await withoutStore(), await rules(), nobody);
    expect(facts).to.include({ session: undefined, proven: undefined });
    expect(facts).not.to.have.any.keys('policy', 'enrolled', 'password', 'terms');
    expect(nextStep(facts)).to.deep.equal({ step: 'identify' });
  });

  it('a session that meets the policy costs no query', async () => {
    const facts = await gatherFacts(await withoutStore(), await rules(), { ...joao, termsEdition: 3 });
    expect(facts.policy).to.deep.include({ keepsOut: undefined });
    expect(facts.terms).to.deep.equal({ edition: 3, accepted: 0 });
    expect(facts).not.to.have.property('enrolled');
    expect(nextStep(facts)).to.deep.equal({ step: 'terms', by: 'session', edition: 3 });
  });

  it('what the person has enrolled is loaded when the step depends on it', async () => {
    await setPolicy(server, { secondFactor: { demand: 'required', factors: ['totp', 'passkey'] } });
    const facts = await gatherFacts(await server.scope(), await rules(), joao);
    expect(facts.enrolled).to.deep.equal({ factors: [], holdsAny: false, hasRecoveryCodes: false });
    expect(facts.policy!.factors, 'no passkeys at this address').to.deep.equal(['totp']);
    expect(nextStep(facts).step).to.equal('enrol');
  });

  it('a proof is of one person only: the facts are of that person while it holds, and then of the session', async () => {
    const scope = await server.scope();
    const { userId } = (await findUserByLogin(scope, 'ana@acme.example'))!;
    const { changed_at } = (await scope.db('passwords').where({ user_id: userId }).first('changed_at'))!;
    const proven = { userId, at: scope.clock.now().getTime(), amr: ['pwd'], passwordChangedAt: changed_at.getTime() };
    const holds = await gatherFacts(scope, await rules(), { ...joao, proven });
    expect(holds.proven?.userId).to.equal(userId);
    expect(holds.password).to.deep.include({ changedAt: changed_at.getTime() });
    const replaced = await gatherFacts(scope, await rules(), { ...joao, proven: { ...proven, passwordChangedAt: 1 } });
    expect(replaced).to.include({ proven: undefined, password: undefined });
    expect(nextStep(replaced)).to.deep.include({ by: 'session' });
  });

  it('pages and protocols have one way to the next step', () => {
    const root = new URL('../../../../', import.meta.url);
    const callers = globSync('src/{web,app}/**/*.ts', { cwd: root }).filter((file) =>
      /\b(findNextStep|gatherFacts|nextStep)\(/.test(readFileSync(new URL(file, root), 'utf8')),
    );
    expect(callers).to.deep.equal(['src/web/request/sign-in-step.ts']);
  });
});
