import { expect } from 'chai';
import {
  type Application,
  type ApplicationInput,
  changeClientSecret,
  changeLogo,
  cloneApplication,
  createApplication,
  deleteApplication,
  editApplication,
  endClientSecret,
  findApplicationByCode,
  findLogo,
  getApplication,
  matchesClientSecret,
  secretExpiry,
  setApplicationEnabled,
} from '../../../../src/domain/applications/applications/index.ts';
import { ArtifactStore } from '../../../../src/domain/records/protocol-artifacts/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/applications/applications: changing one', () => {
  const store = useStore();
  const secret = 'a-secret-of-24-characters';
  let count = 0;
  async function client(more: object = {}, input: Partial<ApplicationInput> = {}): Promise<Application> {
    const code = `client-${++count}`;
    const oidc = { client_id: code, client_secret: secret, redirect_uris: ['https://crm.example/callback'], ...more };
    return createApplication(store.scope, { code, name: `Client ${count}`, oidc, ...input });
  }
  /** Of this client: what was given to people. */
  async function grantOf({ code }: Application): Promise<() => Promise<boolean>> {
    const artifacts = new ArtifactStore(store.database);
    const { contextId } = store.scope;
    const { userId: accountId } = await store.person();
    const expiresAt = new Date(Date.now() + 3_600_000);
    await artifacts.save({ contextId, kind: 'Grant', id: code, payload: { accountId, clientId: code }, expiresAt });
    return async () => (await artifacts.find(contextId, 'Grant', code)) !== undefined;
  }
  const lastDetails = async (type: string) => (await eventsOf(store.scope, { type })).at(-1)!.details;
  const isSecret = ({ oidc }: Application, given: string) => matchesClientSecret(oidc!.secret_fingerprint!, given, store.scope.keyRing);

  it('an edit says before and after and no secret, and who comes later is told', async () => {
    const before = await client();
    const input = { code: before.code, name: 'Zoë’s 李', oidc: { ...before.oidc, client_secret: 'another-secret-of-many-characters' } };
    const { secret_fingerprint: _, ...oidc } = input.oidc;
    const after = await editApplication(store.scope, before.applicationId, { ...input, oidc }, before.version);
    expect(after).to.include({ name: 'Zoë’s 李', version: 2 });
    expect(isSecret(after, 'another-secret-of-many-characters')).to.equal(true);
    const details = await lastDetails('application.edited');
    expect(details.before).to.include({ name: before.name });
    expect(details.after).to.include({ name: 'Zoë’s 李' });
    expect(JSON.stringify(details)).not.to.contain('another-secret').and.not.contain(after.oidc!.secret_fingerprint);
    await store.refused('changed_meanwhile', () => editApplication(store.scope, before.applicationId, { ...input, oidc }, before.version));
  });

  it('it is closed and opened, each once; what people were given ends when it closes', async () => {
    const { applicationId, ...application } = await client();
    const isGranted = await grantOf({ applicationId, ...application });
    await store.unchanged(() => setApplicationEnabled(store.scope, applicationId, true));
    expect(await isGranted()).to.equal(true);
    const close = () => setApplicationEnabled(store.scope, applicationId, false);
    expect(await store.eventsOf(close)).to.deep.equal(['application.disabled']);
    expect(await isGranted()).to.equal(false);
    await store.unchanged(close);
    expect(await store.eventsOf(() => setApplicationEnabled(store.scope, applicationId, true))).to.deep.equal(['application.enabled']);
    expect((await getApplication(store.scope, applicationId)).enabled).to.equal(true);
  });

  it('what nobody agreed to ends when the application becomes a third party’s, or gets another client ID', async () => {
    for (const change of [{ consent_required: true }, { client_id: 'renamed' }]) {
      const application = await client();
      const { applicationId, code, name } = application;
      const isGranted = await grantOf(application);
      const { secret_fingerprint: _, ...oidc } = application.oidc!;
      await editApplication(store.scope, applicationId, { code, name, oidc: { ...oidc, redirect_uris: ['https://crm.example/b'] } });
      expect(await isGranted(), 'another change').to.equal(true);
      await editApplication(store.scope, applicationId, { code, name, oidc: { ...oidc, ...change } });
      expect(await isGranted(), JSON.stringify(change)).to.equal(false);
    }
  });

  it('a new secret is given once, the old one is worth nothing, and its end is the one that was chosen', async () => {
    const before = await client();
    let given = '';
    const types = await store.eventsOf(async () => {
      given = await changeClientSecret(store.scope, before.applicationId, 30);
    });
    expect(types).to.deep.equal(['application.secret-changed']);
    const after = await getApplication(store.scope, before.applicationId);
    expect([isSecret(after, given), isSecret(after, secret)]).to.deep.equal([true, false]);
    expect((secretExpiry(after.oidc)!.getTime() - store.scope.clock.now().getTime()) / 86_400_000).to.be.closeTo(30, 0.01);
    expect(JSON.stringify(await eventsOf(store.scope)))
      .not.to.contain(given)
      .and.not.contain(after.oidc!.secret_fingerprint);
    await changeClientSecret(store.scope, before.applicationId);
    expect(secretExpiry((await getApplication(store.scope, before.applicationId)).oidc)).to.equal(undefined);
    const open = await client({ client_secret: undefined, token_endpoint_auth_method: 'none' });
    await store.refused('no_client_secret', () => changeClientSecret(store.scope, open.applicationId));
  });

  it('two secrets work while one replaces the other, never longer than it would have; either ends, and the other goes on', async () => {
    const day = 86_400;
    const soon = Math.floor(store.scope.clock.now().getTime() / 1000) + day;
    const { applicationId } = await client({ client_secret_expires_at: soon });
    const settings = async () => (await getApplication(store.scope, applicationId)).oidc!;
    const first = (await settings()).secret_fingerprint!;
    await store.refused('no_client_secret', () => endClientSecret(store.scope, applicationId, 'former'));
    await store.refused('no_client_secret', () => endClientSecret(store.scope, applicationId, 'current'));
    await changeClientSecret(store.scope, applicationId, 30, 7);
    expect((await settings()).former_secret).to.deep.equal({ fingerprint: first, expires_at: soon });
    const end = (which: 'current' | 'former') => store.eventsOf(() => endClientSecret(store.scope, applicationId, which));
    expect(await end('current')).to.deep.equal(['application.secret-ended']);
    expect(await settings())
      .to.include({ secret_fingerprint: first, client_secret_expires_at: soon })
      .and.not.have.property('former_secret');
    await changeClientSecret(store.scope, applicationId, 0, 7);
    const second = (await settings()).secret_fingerprint!;
    expect(await end('former')).to.deep.equal(['application.secret-ended']);
    expect(await settings())
      .to.include({ secret_fingerprint: second })
      .and.not.have.property('former_secret');
    expect(JSON.stringify(await eventsOf(store.scope)))
      .not.to.contain(first)
      .and.not.contain(second);
    await changeClientSecret(store.scope, applicationId, 0, 7);
    const copy = await cloneApplication(store.scope, applicationId);
    expect(copy.oidc, 'a copy knows neither').to.not.have.any.keys('secret_fingerprint', 'former_secret');
    await store.inOneTransaction((scope) => endClientSecret(scope, applicationId, 'former'));
  });

  it('a copy has a code and client ID of its own, is closed, and knows no secret', async () => {
    const source = await client({ client_secret_expires_at: 4_000_000_000 }, { description: 'सीता', navigable: true });
    let copy: Application | undefined;
    const types = await store.eventsOf(async () => {
      copy = await cloneApplication(store.scope, source.applicationId);
    });
    expect(types).to.deep.equal(['application.cloned']);
    expect(copy).to.include({ code: `${source.code}-2`, name: `${source.name} (2)`, description: 'सीता', navigable: true, enabled: false });
    const { secret_fingerprint: _, client_secret_expires_at: __, ...settings } = source.oidc!;
    expect(copy!.oidc).to.deep.equal({ ...settings, client_id: `${source.code}-2` });
    expect(await lastDetails('application.cloned')).to.deep.equal({ source: source.code });
    expect((await cloneApplication(store.scope, source.applicationId)).code).to.equal(`${source.code}-3`);
    const code = 'x'.repeat(63);
    const long = await client({ client_id: code }, { code, name: 'y'.repeat(100) });
    expect(await cloneApplication(store.scope, long.applicationId)).to.include({ code: `${'x'.repeat(58)}-2`, name: 'y'.repeat(100) });
    const saml = { entityId: `https://sp.example/${'z'.repeat(1000)}`, assertionConsumerServices: [{ url: 'https://sp.example/acs' }] };
    const partner = await createApplication(store.scope, { code: 'sp', name: 'SP', saml });
    const twins = [await cloneApplication(store.scope, partner.applicationId), await cloneApplication(store.scope, partner.applicationId)];
    expect(new Set([partner, ...twins].map((one) => one.saml!.entityId)).size, 'one partner is one application').to.equal(3);
  });

  it('it is deleted with its logo and what people were given, and its code is free again', async () => {
    const application = await client();
    const isGranted = await grantOf(application);
    await changeLogo(store.scope, application.applicationId, png);
    const types = await store.eventsOf(() => deleteApplication(store.scope, application.applicationId));
    expect(types).to.deep.equal(['application.deleted']);
    expect(await lastDetails('application.deleted')).to.deep.equal({ code: application.code });
    expect([await isGranted(), await findLogo(store.scope, application.applicationId)]).to.deep.equal([false, undefined]);
    expect(await findApplicationByCode(store.other, 'payroll'), 'the other company’s').not.to.equal(undefined);
    const { code, name } = application;
    await createApplication(store.scope, { code, name });
  });

  /** One red pixel. */
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==', 'base64');

  it('a logo is a picture of our own, replaced and taken away; what is no picture is refused', async () => {
    const { applicationId } = await client();
    expect(await store.eventsOf(() => changeLogo(store.scope, applicationId, png))).to.deep.equal(['application.logo-changed']);
    expect((await findLogo(store.scope, applicationId))!.contentType).to.match(/^image\//);
    expect((await getApplication(store.scope, applicationId)).hasLogo).to.equal(true);
    expect(await findLogo(store.other, applicationId)).to.equal(undefined);
    await changeLogo(store.scope, applicationId, png);
    for (const file of [Buffer.from('<svg/>'), Buffer.alloc(0), png.subarray(0, 30)])
      expect(await store.refused('invalid_input', () => changeLogo(store.scope, applicationId, file))).to.have.property('logo');
    await changeLogo(store.scope, applicationId, undefined);
    expect(await findLogo(store.scope, applicationId)).to.equal(undefined);
    expect(await lastDetails('application.logo-changed')).to.deep.equal({ bytes: 0 });
  });

  it('an application that is not here, or the other company’s, is neither changed nor told of', async () => {
    const foreign = (await findApplicationByCode(store.other, 'payroll'))!.applicationId;
    const cases: Refusals = [];
    for (const id of [foreign, unknownId, 'no-id'])
      for (const work of [
        () => editApplication(store.scope, id, { code: 'x', name: 'X' }),
        () => setApplicationEnabled(store.scope, id, false),
        () => cloneApplication(store.scope, id),
        () => changeClientSecret(store.scope, id),
        () => deleteApplication(store.scope, id),
        () => changeLogo(store.scope, id, png),
        () => changeLogo(store.scope, id, undefined),
      ])
        cases.push(['not_found', work]);
    for (const [code, work] of cases) await store.refused(code, work);
  });

  it('of copies that are made at once each has a code of its own, or is told that it was taken', async () => {
    const { applicationId } = await client();
    const results = await Promise.allSettled([1, 2, 3].map(() => cloneApplication(store.scope, applicationId)));
    const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.code] : []));
    expect(made).to.have.length.at.least(1);
    expect(new Set(made).size).to.equal(made.length);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason.code).to.be.oneOf(['application_code_taken', 'client_id_taken']);
  });

  it('the write and its event stand or fall together', async () => {
    const { applicationId, code } = await client();
    await store.inOneTransaction((scope) => editApplication(scope, applicationId, { code, name: 'Whole' }));
    await store.inOneTransaction((scope) => setApplicationEnabled(scope, applicationId, false));
    await store.inOneTransaction((scope) => cloneApplication(scope, applicationId));
    await store.inOneTransaction((scope) => changeClientSecret(scope, applicationId));
    await store.inOneTransaction((scope) => changeLogo(scope, applicationId, png));
    await store.inOneTransaction((scope) => deleteApplication(scope, applicationId));
  });
});
