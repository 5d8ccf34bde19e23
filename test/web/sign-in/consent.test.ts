import { expect } from 'chai';
import { publishTerms } from '../../../src/domain/applications/consents/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { type Answer, Jar } from '../../support/jar.ts';
import { authorize, basic, exchange, signInWithTokens, token } from '../../support/oidc.ts';
import { clientSecret, fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web: consent', () => {
  let server: TestServer;
  let ana: Jar;
  beforeEach(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  afterEach(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;

  describe('terms of the company', () => {
    const publish = async (fields: Record<string, string>, jar = ana) =>
      jar.submit(jar.form(await jar.get(at('/admin/consent/edit')), /consent\/edit$/), fields);
    const answer = async (jar: Jar, page: Answer, decision: 'accept' | 'decline') =>
      jar.submit(jar.form(page, /terms$/), { decision }, (url) => url.startsWith(server.redirectUri));
    const first = { 'en.title': 'Terms of use', 'en.body': 'Be kind.\n\n<script>Second paragraph</script>' };

    it('stand before everything else, for who is signed in and who signs in, and are asked once', async () => {
      const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      expect((await publish({ 'en.title': 'No text' })).text).to.contain('Required field');
      const asked = await publish(first);
      expect(asked.url, 'who published is asked first').to.match(/terms$/);
      expect((await answer(ana, asked, 'accept')).text).to.contain('Accepted by 1 of 2 users');

      const page = await joao.follow(at('/launchpad'));
      expect(page.text).to.contain('Be kind.').and.to.contain('&lt;script&gt;');
      for (const path of ['/account', '/launchpad/open/x', '/account/password'])
        expect((await joao.follow(at(path))).url, path).to.match(/terms$/);
      const held = await authorize(server, joao, { scope: 'openid' });
      expect(held.answer.url, 'applications, too').to.match(/terms$/);
      expect((await answer(joao, held.answer, 'accept')).location, 'and on to where it came from').to.contain(server.redirectUri);
      expect((await joao.follow(at('/launchpad'))).url).to.match(/launchpad$/);

      const jar = new Jar();
      expect((await fillSignIn(jar, await jar.follow(at('/launchpad')), 'jsilva', passwords.joao)).url, 'once').to.match(/launchpad$/);
      const report = (await ana.get(at('/admin/consent'))).text;
      expect(report).to.contain('2 of 2').and.to.contain('jsilva').and.to.contain('127.0.0.1');
      expect((await ana.get(at('/admin/consent?show=missing'))).text).to.contain('Everyone has accepted');
    });

    it('declined, nothing is reachable; accepted before the sign-in is through, nobody is asked twice', async () => {
      await answer(ana, await publish(first), 'accept');
      const jar = new Jar();
      const page = await fillSignIn(jar, await jar.follow(at('/launchpad')), 'jsilva', passwords.joao);
      expect(page.url).to.match(/terms$/);
      const declined = await answer(jar, page, 'decline');
      expect(declined.text).to.contain('You did not accept');
      expect(declined.setCookie.join()).to.not.contain('session=');
      expect((await jar.follow(at('/launchpad'))).text).to.contain('name="password"');
      const again = await fillSignIn(jar, await jar.follow(at('/launchpad')), 'jsilva', passwords.joao);
      expect((await answer(jar, again, 'accept')).url).to.match(/launchpad$/);
      const scope = await server.scope();
      const joao = (await findUserByLogin(scope, 'jsilva'))!;
      const [event] = await scope.db('audit_events').where({ type: 'terms.accepted', subject_id: joao.userId });
      expect(event!.actor, 'the person did it').to.include({ id: joao.userId });
    });

    it('a new edition is asked again, an old page of the one before accepts nothing; what was published stays', async () => {
      await answer(ana, await publish(first), 'accept');
      const joao = await signedInUpToTerms();
      const { form } = joao;
      await answer(ana, await publish({ 'en.body': 'Be kinder.' }), 'accept');
      const shown = await joao.jar.submit(form, { decision: 'accept' });
      expect(shown.text, 'the new one').to.contain('Be kinder.');
      const old = (await ana.get(at('/admin/consent?edition=1'))).text;
      expect(old, 'the one before, and who accepted it')
        .to.contain('Be kind.')
        .and.to.contain('No longer requested')
        .and.to.contain('Ana Souza');
      const scope = await server.scope();
      expect(await scope.db('terms_editions').orderBy('edition').pluck('edition')).to.deep.equal([1, 2]);
      expect(await scope.db('terms_acceptances').orderBy('edition').pluck('edition'), 'Ana’s alone').to.deep.equal([1, 2]);
    });

    async function signedInUpToTerms() {
      const jar = new Jar();
      const page = await fillSignIn(jar, await jar.follow(at('/launchpad')), 'jsilva', passwords.joao);
      return { jar, form: jar.form(page, /terms$/) };
    }

    it('of administrators who publish at the same time one does; the same words again are no edition', async () => {
      const forms = await Promise.all(
        Array.from({ length: 4 }, async () => ana.form(await ana.get(at('/admin/consent/edit')), /consent\/edit$/)),
      );
      const answers = await Promise.all(forms.map(({ action, fields }) => ana.get(action, { form: { ...fields, ...first } })));
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 409, 409, 409]);
      await answer(ana, await ana.follow(at('/launchpad')), 'accept');
      const same = await publish(first);
      expect([same.status, same.text.includes('identical to the current version')]).to.deep.equal([422, true]);
    });

    it('in the reader’s language, or in one that there is; withdrawn, nobody is asked', async () => {
      await answer(ana, await publish({ ...first, 'pt-BR.title': 'Termos de uso', 'pt-BR.body': 'Seja gentil.' }), 'accept');
      const read = async (language: string) => {
        const jar = new Jar();
        const headers = { 'accept-language': language };
        const page = await jar.follow(at('/launchpad'), { headers });
        const { action, fields } = jar.form(page, /sign-in\//);
        const { location } = await jar.get(action, { form: { ...fields, login: 'jsilva', password: passwords.joao }, headers });
        return (await jar.get(location!, { headers })).text;
      };
      expect(await read('pt-BR')).to.contain('Seja gentil.');
      expect(await read('es'))
        .to.contain('Be kind.')
        .and.to.contain('lang="en"');
      await ana.submit(ana.form(await ana.get(at('/admin/consent/withdraw')), /withdraw$/));
      expect((await signedIn(server.baseUrl, 'jsilva', passwords.joao)).log.at(-1)).to.contain('/launchpad');
    });
  });

  describe('a third party’s application', () => {
    let joao: Jar;
    beforeEach(async () => {
      await server.apply({
        contexts: [
          {
            code: 'acme',
            name: 'Acme S.A.',
            applications: [
              {
                code: 'payroll',
                name: 'Payroll',
                oidc: {
                  client_id: 'payroll',
                  client_secret: clientSecret,
                  redirect_uris: [server.redirectUri],
                  grant_types: ['authorization_code', 'refresh_token'],
                  consent_required: true,
                },
              },
            ],
          },
        ],
      });
      joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    });
    const decide = async (page: Answer, decision: 'allow' | 'deny') =>
      joao.submit(joao.form(page, /interaction\//), { decision }, (url) => url.startsWith(server.redirectUri));
    const codeIn = ({ location }: Answer) => new URL(location!).searchParams.get('code');

    it('says what it would learn, once; more is asked again; the company’s own ask nothing', async () => {
      const first = await authorize(server, joao, { scope: 'openid profile' });
      expect(first.answer.text).to.contain('Share your data with Payroll?').and.to.contain('Your name, language and other profile details');
      expect(first.answer.text).to.not.contain('Your e-mail');
      expect(codeIn(await decide(first.answer, 'allow'))).to.be.a('string');
      expect((await authorize(server, joao, { scope: 'openid profile' })).code, 'not again').to.be.a('string');
      expect((await authorize(server, joao, { scope: 'openid' })).code, 'nor for less').to.be.a('string');
      const more = await authorize(server, joao, { scope: 'openid profile email' });
      expect(more.answer.text).to.contain('Your e-mail');
      expect((await authorize(server, joao, { client_id: 'mobile', scope: 'openid profile email' })).code, 'the company’s own').to.be.a(
        'string',
      );
      const again = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
      expect((await authorize(server, again, { scope: 'openid profile' })).code, 'in another browser').to.be.a('string');
      const asked = await authorize(server, joao, { scope: 'openid profile', prompt: 'consent' });
      expect(asked.answer.text, 'prompt=consent').to.contain('Share your data with Payroll');
    });

    it('refused, it hears access_denied; unseen (prompt=none), consent_required; and nothing is granted', async () => {
      const { answer } = await authorize(server, joao, { scope: 'openid email' });
      const denied = await decide(answer, 'deny');
      expect(new URL(denied.location!).searchParams.get('error')).to.equal('access_denied');
      const silent = await authorize(server, joao, { scope: 'openid email', prompt: 'none' });
      expect(new URL(silent.answer.location!).searchParams.get('error')).to.equal('consent_required');
      const scope = await server.scope();
      expect(await scope.db('application_consents')).to.have.length(0);
      expect(await scope.db('oidc_artifacts').where({ kind: 'Grant' })).to.have.length(0);
    });

    it('withdrawn in My profile: its tokens end at once and it asks again', async () => {
      const started = await authorize(server, joao, { scope: 'openid offline_access', prompt: 'consent' });
      const code = codeIn(await decide(started.answer, 'allow'))!;
      const { body: tokens } = await exchange(server, code, started.verifier);
      const list = await joao.get(at('/account/applications'));
      expect(list.text).to.contain('You agreed to share:').and.to.contain('while you are away').and.to.contain('last used');
      expect((await joao.submit(joao.form(list, /applications$/), await buttonOf(list))).text).to.contain('Consent withdrawn');
      const refused = await token(
        server.issuer,
        { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
        basic('payroll', clientSecret),
      );
      expect(refused.status).to.equal(400);
      expect((await authorize(server, joao, { scope: 'openid' })).answer.text).to.contain('Share your data with Payroll');
    });
    const buttonOf = async (page: Answer) => ({ application: /name="application" value="([^"]+)"/.exec(page.text)![1]! });

    it('from the day an application is a third party’s, what nobody agreed to ends', async () => {
      const own = await signInWithTokens(server, 'jsilva', passwords.joao, {
        client_id: 'mobile',
        scope: 'openid offline_access',
        prompt: 'consent',
      });
      const refresh = () =>
        token(server.issuer, { grant_type: 'refresh_token', client_id: 'mobile', refresh_token: own.tokens.refresh_token }, {});
      await server.apply({
        contexts: [
          {
            code: 'acme',
            name: 'Acme S.A.',
            applications: [
              {
                code: 'mobile',
                name: 'Mobile',
                oidc: {
                  client_id: 'mobile',
                  token_endpoint_auth_method: 'none',
                  redirect_uris: [server.redirectUri],
                  grant_types: ['authorization_code', 'refresh_token'],
                  consent_required: true,
                },
              },
            ],
          },
        ],
      });
      expect((await refresh()).status).to.equal(400);
    });

    it('an answer without a session, or before the terms are accepted, agrees to nothing', async () => {
      const { answer } = await authorize(server, joao, { scope: 'openid email' });
      const form = joao.form(answer, /interaction\//);
      await publishTerms(await server.scope(), { en: { title: 'T', body: 'B' } }, 0);
      const { db, contextId } = await server.scope();
      server.app.services.forgetCached(contextId);
      await joao.submit(form, { decision: 'allow' }, (url) => url.startsWith(server.redirectUri));
      expect(await db('application_consents')).to.have.length(0);
      await db('sessions').update({ ended_at: new Date() });
      await joao.get(form.action);
      expect((await joao.get(form.action, { form: { ...form.fields, decision: 'allow' } })).status).to.be.below(500);
      expect(await db('application_consents')).to.have.length(0);
    });

    it('a consent is of the person who is signed in: another one’s page gives none', async () => {
      const { answer } = await authorize(server, joao, { scope: 'openid email' });
      const form = joao.form(answer, /interaction\//);
      await joao.submit(joao.form(await joao.get(at('/sign-out')), /sign-out$/));
      await fillSignIn(joao, await joao.follow(at('/launchpad')), 'ana@acme.example', passwords.ana);
      await joao.submit(form, { decision: 'allow' }, (url) => url.startsWith(server.redirectUri));
      expect(await (await server.scope()).db('application_consents')).to.have.length(0);
    });
  });
});
