import { expect } from 'chai';
import {
  type ApiInput,
  allowApplication,
  apiScopeKey,
  createApi,
  deleteApi,
  describeApiScopes,
  editApi,
  findApiByIdentifier,
  getApi,
  grantScope,
  listApiApplications,
  listApiScopesOfUser,
  listApis,
  listApisOfApplication,
  listGrantsOfUser,
  listScopeGrants,
  listScopesOfUser,
  loadApis,
  refuseApplication,
  withdrawScope,
} from '../../../../src/domain/applications/apis/index.ts';
import { createApplication, deleteApplication, findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { giveConsent, listConsents } from '../../../../src/domain/applications/consents/index.ts';
import { createGroup, findGroupByName } from '../../../../src/domain/people/groups/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

const identifier = 'https://api.example/orders';
const input = (more: Partial<ApiInput> = {}): ApiInput => ({
  identifier,
  name: 'Orders',
  scopes: [
    { name: 'orders:read', texts: { en: 'Read orders', 'pt-BR': 'Ler pedidos' } },
    { name: 'orders:write', texts: { es: 'Cambiar pedidos' } },
  ],
  ...more,
});
const without = ({ identifier: _, ...rest }: ApiInput) => rest;

describe('domain/applications/apis', () => {
  const store = useStore();
  let count = 0;
  /** An API of its own for each test. */
  const make = (more: Partial<ApiInput> = {}) => createApi(store.scope, input({ identifier: `${identifier}/${++count}`, ...more }));
  const application = async (code: string) => (await findApplicationByCode(store.scope, code))!.applicationId;
  const lastEvent = async (subjectId: string) => (await eventsOf(store.scope, { subjectId })).at(-1)!;
  const everyone = async () => (await findGroupByName(store.scope, 'Everyone'))!.groupId;

  it('an API is added with what it does not say as it is best, and found by its identifier in its company alone', async () => {
    const types = await store.eventsOf(async () => {
      const api = await createApi(store.scope, input());
      expect(api).to.deep.include({ tokenFormat: 'jwt', signingAlg: 'RS256', accessTokenSeconds: 900, scopesClaim: 'none', version: 1 });
      expect(api.scopes).to.deep.equal(input().scopes);
      expect(await getApi(store.scope, api.apiId)).to.deep.equal(api);
      expect(await findApiByIdentifier(store.scope, identifier)).to.deep.equal(api);
      expect(await findApiByIdentifier(store.other, identifier)).to.equal(undefined);
      expect((await listApis(store.scope)).map(({ name }) => name)).to.deep.equal(['Orders']);
      expect(await lastEvent(api.apiId)).to.deep.include({ subjectKind: 'api', subjectName: 'Orders' });
    });
    expect(types).to.deep.equal(['api.created']);
    await store.refused('not_found', async () => getApi(store.other, (await findApiByIdentifier(store.scope, identifier))!.apiId));
  });

  it('RFC 8707 §2: an identifier is an absolute URI without a fragment, and of nothing else', async () => {
    for (const taken of [
      'https://api.example',
      'https://api.example/',
      'urn:example:api',
      'api://orders?x=1',
      `https://a.example/${'a'.repeat(482)}`,
    ])
      await deleteApi(store.scope, (await createApi(store.scope, input({ identifier: taken }))).apiId);
    for (const refused of [
      '',
      'orders',
      '/orders',
      'https://api.example/#a',
      'https://api.example/#',
      'https://a b.example/',
      'https://',
      'https://ü.example/',
      `https://a.example/${'a'.repeat(483)}`,
    ])
      expect(await store.refused('invalid_input', () => createApi(store.scope, input({ identifier: refused }))), refused).to.deep.equal({
        identifier: 'fields.api_identifier',
      });
    await createApplication(store.scope, {
      code: 'uri',
      name: 'URI',
      oidc: { client_id: 'https://client.example/', token_endpoint_auth_method: 'none', grant_types: [] },
    });
    expect(
      await store.refused('invalid_input', () => createApi(store.scope, input({ identifier: 'https://client.example/' }))),
    ).to.deep.equal({
      identifier: 'fields.api_identifier_client',
    });
    await store.refused('api_identifier_taken', () => createApi(store.scope, input()));
  });

  it('an identifier and a client ID are never the same, whichever came first', async () => {
    const both = 'https://api.acme.example/both';
    await createApi(store.scope, { identifier: both, name: 'Both' });
    const oidc = { client_id: both, client_secret: 'a-secret-of-both-sides', grant_types: ['client_credentials' as const] };
    await store.refused('invalid_input', () => createApplication(store.scope, { code: 'both', name: 'Both', oidc }));
    await createApplication(store.scope, { code: 'both', name: 'Both', oidc: { ...oidc, client_id: `${both}/other` } });
    await store.refused('invalid_input', () => createApi(store.scope, { identifier: `${both}/other`, name: 'Other' }));
  });

  it('RFC 6749 §3.3: names of scopes, and where they are wrong', async () => {
    const faults = async (scopes: ApiInput['scopes']) => store.refused('invalid_input', () => make({ scopes }));
    const texts = { en: 'Text' };
    for (const name of ['a b', 'a"b', 'a\\b', 'ä', '', 'a'.repeat(101)])
      expect(
        await faults([
          { name: 'fine', texts },
          { name, texts },
        ]),
        name,
      ).to.deep.equal({ 'scopes.1.name': 'fields.api_scope_name' });
    for (const name of ['openid', 'profile', 'groups', 'offline_access'])
      expect(await faults([{ name, texts }]), name).to.deep.equal({ 'scopes.0.name': 'fields.api_scope_own' });
    expect(await faults([{ name: 'a', texts: {} }])).to.deep.equal({ 'scopes.0.texts': 'fields.api_scope_texts' });
    expect(await faults([{ name: 'a', texts: { en: '' } }])).to.deep.equal({ 'scopes.0.texts.en': 'fields.name' });
    const twice = ['a', 'b', 'a'].map((name) => ({ name, texts }));
    expect(await faults(twice)).to.deep.equal({ 'scopes.2.name': 'fields.api_scope_twice' });
    expect(await faults(Array.from({ length: 101 }, (_, n) => ({ name: `s${n}`, texts })))).to.deep.equal({
      scopes: 'fields.api_scopes_many',
    });
    expect((await make({ scopes: [{ name: "!#$%&'()*+,-./:;<=>?@[]^_`{|}~", texts }] })).scopes).to.have.length(1);
    for (const accessTokenSeconds of [59, 86_401, 60.5, Number.NaN])
      expect(Object.keys(await store.refused('invalid_input', () => make({ accessTokenSeconds })))).to.deep.equal(['accessTokenSeconds']);
  });

  it('an edit keeps the identifier and who is granted what stays; a scope that goes is gone from everybody, applications and agreements', async () => {
    const api = await make();
    const user = await store.person();
    const payroll = await application('payroll');
    for (const name of ['orders:read', 'orders:write']) await grantScope(store.scope, api.apiId, name, [{ kind: 'user', id: user.userId }]);
    await allowApplication(store.scope, api.apiId, payroll, { scopes: ['orders:write', 'orders:read'], ownScopes: ['orders:write'] });
    await giveConsent(store.scope, user.userId, payroll, [
      'email',
      apiScopeKey(api.identifier, 'orders:read'),
      apiScopeKey(api.identifier, 'orders:write'),
    ]);
    const read = { name: 'orders:read', texts: { en: 'Read your orders' } };
    const after = await editApi(store.scope, api.apiId, { ...without(input()), name: 'Pedidos', scopes: [read] }, api.version);
    expect(after).to.deep.include({ identifier: api.identifier, name: 'Pedidos', version: 2, scopes: [read] });
    expect(await listScopesOfUser(store.scope, api.apiId, user.userId)).to.deep.equal(['orders:read']);
    expect(await listApiApplications(store.scope, api.apiId)).to.deep.equal([
      { applicationId: payroll, scopes: ['orders:read'], ownScopes: [], isResourceServer: false },
    ]);
    expect((await listConsents(store.scope, user.userId))[0]!.scopes).to.have.members([
      'email',
      apiScopeKey(api.identifier, 'orders:read'),
    ]);
    const event = await lastEvent(api.apiId);
    expect(event).to.deep.include({ type: 'api.edited' });
    expect(event.details).to.have.nested.property('before.name', 'Orders');
    await store.refused('changed_meanwhile', () => editApi(store.scope, api.apiId, without(input()), 1));
    await store.unchanged(() => editApi(store.scope, api.apiId, { ...without(input()), name: 'Pedidos', scopes: [read] }));
    // a scope that comes again begins with nobody
    await editApi(store.scope, api.apiId, without(input()));
    expect(await listScopesOfUser(store.scope, api.apiId, user.userId)).to.deep.equal(['orders:read']);
    await deleteApi(store.scope, api.apiId);
    expect((await listConsents(store.scope, user.userId))[0]!.scopes).to.deep.equal(['email']);
    expect((await lastEvent(api.apiId)).type).to.equal('api.deleted');
  });

  it('a scope is granted to people and to groups, Everyone among them, and withdrawn from each', async () => {
    const { apiId } = await make();
    const [one, other] = [await store.person(), await store.person()];
    const group = { kind: 'group', id: await everyone() } as const;
    const scopesOf = (userId: typeof one.userId) => listScopesOfUser(store.scope, apiId, userId);
    const types = await store.eventsOf(async () => {
      await grantScope(store.scope, apiId, 'orders:write', [{ kind: 'user', id: one.userId }]);
      await grantScope(store.scope, apiId, 'orders:read', [group]);
      await grantScope(store.scope, apiId, 'orders:read', [group]);
      expect(await scopesOf(one.userId)).to.have.members(['orders:read', 'orders:write']);
      expect(await scopesOf(other.userId)).to.deep.equal(['orders:read']);
      expect((await listScopeGrants(store.scope, apiId)).users.map(({ userId, scope }) => [userId, scope])).to.deep.equal([
        [one.userId, 'orders:write'],
      ]);
      expect((await lastEvent(group.id)).details).to.deep.equal({ api: 'Orders', scope: 'orders:read' });
      await withdrawScope(store.scope, apiId, 'orders:read', group);
      await withdrawScope(store.scope, apiId, 'orders:read', group);
      expect(await scopesOf(other.userId)).to.deep.equal([]);
    });
    expect(types).to.deep.equal(['api.scope-granted', 'api.scope-granted', 'api.scope-withdrawn']);
  });

  it('an application may ask for what it is allowed, and the API is an application that can prove who it is', async () => {
    const { apiId } = await make();
    const [payroll, mobile] = [await application('payroll'), await application('mobile')];
    const allow = (applicationId: string, more: object) => allowApplication(store.scope, apiId, applicationId, more);
    expect(await store.refused('invalid_input', () => allow(payroll, { scopes: ['other'], ownScopes: ['other'] }))).to.deep.equal({
      scopes: 'fields.api_scope_unknown',
      ownScopes: 'fields.api_scope_unknown',
    });
    expect(await store.refused('invalid_input', () => allow(mobile, { isResourceServer: true }))).to.deep.equal({
      isResourceServer: 'fields.api_resource_server_public',
    });
    const { applicationId: link } = await createApplication(store.scope, {
      code: 'link',
      name: 'Link',
      launchUrl: 'https://link.example/',
    });
    expect(await store.refused('invalid_input', () => allow(link, {}))).to.deep.equal({ scopes: 'fields.api_application_protocol' });
    await allow(payroll, { scopes: ['orders:write', 'orders:read'], isResourceServer: true });
    await store.unchanged(() => allow(payroll, { scopes: ['orders:read', 'orders:write'], isResourceServer: true }));
    const all = await loadApis(store.scope);
    expect([...all.values()].find((one) => one.apiId === apiId)!.applications.get(payroll)).to.deep.include({ isResourceServer: true });
    await refuseApplication(store.scope, apiId, payroll);
    expect(await listApiApplications(store.scope, apiId)).to.deep.equal([]);
    await store.refused('not_found', () => refuseApplication(store.scope, apiId, payroll));
    await allow(mobile, { scopes: ['orders:read'] });
    const { applicationId } = await createApplication(store.scope, {
      code: 'gone',
      name: 'Gone',
      oidc: { client_id: 'gone', token_endpoint_auth_method: 'none', grant_types: [] },
    });
    await allow(applicationId, { scopes: ['orders:read'] });
    await deleteApplication(store.scope, applicationId);
    expect((await listApiApplications(store.scope, apiId)).map((one) => one.applicationId)).to.deep.equal([mobile]);
  });

  it('what applications may do in a person’s name is told in words, in a language that there is', async () => {
    const api = await make({ name: 'Pedidos' });
    const user = await store.person();
    await allowApplication(store.scope, api.apiId, await application('mobile'), { scopes: ['orders:read', 'orders:write'] });
    await grantScope(store.scope, api.apiId, 'orders:write', [{ kind: 'user', id: user.userId }]);
    const mayDo = (await listApiScopesOfUser(store.scope, user.userId)).get(await application('mobile'))!;
    const keys = mayDo.map(({ key }) => key).filter((key) => key.startsWith(`${api.identifier} `));
    expect(keys).to.deep.equal([apiScopeKey(api.identifier, 'orders:write')]);
    const all = ['openid', ...keys, apiScopeKey(api.identifier, 'orders:read')];
    expect(await describeApiScopes(store.scope, all, 'pt-BR')).to.deep.equal([
      { api: 'Pedidos', texts: ['Ler pedidos', 'Cambiar pedidos'] },
    ]);
    expect(await describeApiScopes(store.scope, ['openid'], 'en')).to.deep.equal([]);
    expect(await listGrantsOfUser(store.scope, user.userId)).to.deep.include({ api: 'Pedidos', scopes: ['orders:write'] });
    const [mine] = (await listApisOfApplication(store.scope, await application('mobile'))).filter(({ apiId }) => apiId === api.apiId);
    expect(mine).to.deep.equal({
      apiId: api.apiId,
      name: 'Pedidos',
      scopes: ['orders:read', 'orders:write'],
      ownScopes: [],
      isResourceServer: false,
    });
  });

  it('whatever is not of the company is not found, and nothing is written', async () => {
    const { apiId } = await make();
    const payroll = await application('payroll');
    const user = { kind: 'user', id: (await store.person()).userId } as const;
    const stranger = { kind: 'user', id: await store.stranger() } as const;
    const refusals: Refusals = [
      ['not_found', () => editApi(store.scope, unknownId, without(input()))],
      ['not_found', () => editApi(store.other, apiId, without(input()))],
      ['not_found', () => deleteApi(store.other, apiId)],
      ['not_found', () => deleteApi(store.scope, 'nothing')],
      ['not_found', () => allowApplication(store.other, apiId, payroll, {})],
      ['not_found', () => allowApplication(store.scope, apiId, unknownId, {})],
      ['not_found', () => refuseApplication(store.other, apiId, payroll)],
      ['not_found', () => grantScope(store.scope, apiId, 'orders:read', [stranger])],
      ['not_found', () => grantScope(store.scope, apiId, 'orders:none', [user])],
      ['not_found', () => grantScope(store.scope, apiId, 'orders:read', [user, { kind: 'group', id: unknownId }])],
      ['not_found', () => withdrawScope(store.other, apiId, 'orders:read', user)],
    ];
    for (const [code, work] of refusals) await store.refused(code, work);
  });

  it('each is one transaction with its event', async () => {
    const { apiId } = await make();
    const payroll = await application('payroll');
    const { groupId } = await createGroup(store.scope, { name: `Group ${count}` });
    const group = { kind: 'group', id: groupId } as const;
    await store.inOneTransaction((scope) => createApi(scope, input({ identifier: 'urn:one:transaction' })));
    await store.inOneTransaction((scope) => editApi(scope, apiId, { ...without(input()), name: 'Other' }));
    await store.inOneTransaction((scope) => allowApplication(scope, apiId, payroll, { scopes: ['orders:read'] }));
    await store.inOneTransaction((scope) => grantScope(scope, apiId, 'orders:read', [group]));
    await grantScope(store.scope, apiId, 'orders:read', [group]);
    await allowApplication(store.scope, apiId, payroll, { scopes: ['orders:read'] });
    await store.inOneTransaction((scope) => withdrawScope(scope, apiId, 'orders:read', group));
    await store.inOneTransaction((scope) => refuseApplication(scope, apiId, payroll));
    await store.inOneTransaction((scope) => deleteApi(scope, apiId));
  });

  it('a hundred APIs, and not one more, also when two add the last at once', async () => {
    const present = (await listApis(store.scope)).length;
    for (let n = present; n < 99; n++) await make({ scopes: [] });
    const codes = (await Promise.allSettled([make(), make()])).map((one) => (one.status === 'fulfilled' ? 'done' : one.reason.code));
    expect(codes.toSorted()).to.deep.equal(['apis_full', 'done']);
    expect(await listApis(store.scope)).to.have.length(100);
  });
});
