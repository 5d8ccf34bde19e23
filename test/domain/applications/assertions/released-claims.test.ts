import { expect } from 'chai';
import {
  type Application,
  type ClaimSettings,
  type ClaimTarget,
  claimTargets,
  createApplication,
  type StandardClaim,
  standardClaims,
} from '../../../../src/domain/applications/applications/index.ts';
import { type ClaimRequest, releasedClaims, wantsClaims } from '../../../../src/domain/applications/assertions/index.ts';
import { assignApplication } from '../../../../src/domain/applications/assignments/index.ts';
import { createCustomField, type FieldClaim } from '../../../../src/domain/company/custom-fields/index.ts';
import { addMembers, createGroup } from '../../../../src/domain/people/groups/index.ts';
import type { NewUser, User } from '../../../../src/domain/people/users/index.ts';
import { clientSecret } from '../../../support/server.ts';
import { useStore } from '../../../support/use-cases.ts';

const everyScope = ['openid', 'profile', 'email', 'groups', 'phone', 'address'];

describe('domain/applications/assertions: claims of OpenID Connect', () => {
  const store = useStore();
  let count = 0;
  before(async () => {
    const field = { options: [], isRequired: false, isPersonal: false };
    const typed = { level: 'number', remote: 'boolean', since: 'date', badge: 'text' } as const;
    for (const [code, type] of Object.entries(typed)) await createCustomField(store.scope, { ...field, code, label: code, type });
    await createCustomField(store.scope, { ...field, code: 'sites', label: 'sites', type: 'choices', options: ['北京', 'Köln', 'Rio'] });
    const filled: [string, FieldClaim][] = [
      ['nick', 'nickname'],
      ['phone', 'phone_number'],
      ['street', 'address.street_address'],
      ['city', 'address.locality'],
    ];
    for (const [code, claim] of filled) await createCustomField(store.scope, { ...field, code, label: code, type: 'text', claim });
  });

  async function application(settings: Record<string, unknown> = {}): Promise<Application & { oidc: ClaimSettings }> {
    const code = `client-${++count}`;
    const oidc = { client_id: code, client_secret: clientSecret, redirect_uris: [`https://${code}.example/cb`], ...settings };
    return (await createApplication(store.scope, { code, name: `Client ${count}`, oidc })) as Application & { oidc: ClaimSettings };
  }
  const person = (more: Partial<NewUser> = {}) => store.person({ firstName: 'सीता', lastName: '李', ...more });
  const ask = (into: ClaimTarget, scopes: string[], asked: string[] = []): ClaimRequest => ({
    into,
    scopes: new Set(scopes),
    asked: new Set(asked),
  });
  const told = (of: Application & { oidc: ClaimSettings }, user: User, request: ClaimRequest) =>
    releasedClaims(store.scope, of, user, request);
  const inGroups = async (user: User, ...names: string[]) => {
    const groups = [];
    for (const name of names) {
      groups.push(await createGroup(store.scope, { name }));
      await addMembers(store.scope, groups.at(-1)!.groupId, [user.userId]);
    }
    return groups;
  };

  it('each scope releases its claims, in ID token and userinfo, and nothing in an access token', async () => {
    const of = await application();
    const user = await person({ customFields: { nick: 'Si', phone: '+55 81 5550', street: 'Rua 1', city: 'Recife' } });
    const claims = {
      openid: [],
      profile: ['family_name', 'given_name', 'name', 'nickname', 'preferred_username', 'updated_at'],
      email: ['email', 'email_verified'],
      groups: ['groups'],
      phone: ['phone_number', 'phone_number_verified'],
      address: ['address'],
    };
    for (const [scope, names] of Object.entries(claims)) {
      for (const into of ['id_token', 'userinfo'] as const)
        expect(Object.keys(await told(of, user, ask(into, ['openid', scope]))).sort(), `${scope} ${into}`).to.deep.equal(names);
      expect(await told(of, user, ask('access_token', ['openid', scope]))).to.deep.equal({});
    }
    const all = await store.unchanged(() => told(of, user, ask('userinfo', everyScope)));
    expect(all).to.deep.include({ name: 'सीता 李', nickname: 'Si', phone_number: '+55 81 5550', phone_number_verified: false });
    expect(all.address).to.deep.equal({ street_address: 'Rua 1', locality: 'Recife' });
    const bare = await told(of, await person(), ask('userinfo', everyScope));
    expect(bare, 'nothing is made up').to.not.have.any.keys('phone_number', 'phone_number_verified', 'address', 'nickname', 'locale');
  });

  it('every standard claim can be withheld, or told in one place only, whatever is asked', async () => {
    const user = await person({ locale: 'pt-BR', customFields: { nick: 'Si', phone: '1', city: 'Recife' } });
    const { applicationId } = await application();
    const read = (standard_claims: ClaimSettings['standard_claims'], request: ClaimRequest) =>
      releasedClaims(store.scope, { applicationId, oidc: { standard_claims } }, user, request);
    const plain = await read({}, ask('userinfo', everyScope));
    for (const name of Object.keys(standardClaims) as StandardClaim[]) {
      for (const into of claimTargets)
        expect(await read({ [name]: [] }, ask(into, everyScope, [name])), `${name} ${into}`).to.not.have.property(name);
      for (const only of claimTargets)
        for (const into of claimTargets)
          expect(Object.hasOwn(await read({ [name]: [only] }, ask(into, everyScope)), name), `${name} only ${only}: ${into}`).to.equal(
            into === only && Object.hasOwn(plain, name),
          );
    }
    const noMail = await read({ email: [] }, ask('userinfo', everyScope, ['email_verified']));
    expect(noMail, 'what says something of it goes with it').to.not.have.property('email_verified');
  });

  it('a claim is mapped from a field as what it is, from a fixed text, or put together', async () => {
    const customFields = { level: 0, remote: false, since: '2020-02-29', sites: ['Rio', 'Köln'] };
    const user = await person({ customFields });
    await inGroups(user, 'AWS-admin', 'AWS-billing', 'Else');
    const of = await application({
      claims: [
        ...['level', 'remote', 'since', 'sites', 'badge'].map((code) => ({ name: code, from: `custom.${code}` })),
        { name: 'unit', from: 'department' },
        { name: 'tier', value: 'gold' },
        { name: 'greeting', template: 'Dr. {lastName} {firstName}' },
        { name: 'roles', template: 'arn:aws:iam::1:role/{group:AWS-}' },
        { name: 'places', template: 'site {custom.sites}' },
        { name: 'none', template: '{group:Nothing-}' },
        { name: 'all_groups', from: 'groupNames' },
      ],
    });
    expect(await told(of, user, ask('id_token', ['openid', 'profile']))).to.deep.include({
      ...customFields,
      sites: ['Köln', 'Rio'],
      tier: 'gold',
      greeting: 'Dr. 李 सीता',
      roles: ['arn:aws:iam::1:role/admin', 'arn:aws:iam::1:role/billing'],
      places: ['site Köln', 'site Rio'],
      all_groups: ['Everyone', 'AWS-admin', 'AWS-billing', 'Else'],
    });
    const empty = await told(of, await person(), ask('id_token', ['openid', 'profile']));
    expect(empty).to.not.have.any.keys('badge', 'unit', 'none', 'level', 'roles', 'places');
    expect(empty.greeting).to.equal('Dr. 李 सीता');
  });

  it('a mapped claim goes where the mapping says, with the scope it says, or always', async () => {
    const user = await person();
    const of = await application({
      claims: [
        { name: 'by_default', value: '1' },
        { name: 'always', value: '1', scope: 'openid', into: ['id_token'] },
        { name: 'with_mail', value: '1', scope: 'email', into: ['userinfo', 'access_token'] },
      ],
    });
    const names = async (into: ClaimTarget, scopes: string[], asked: string[] = []) =>
      Object.keys(await told(of, user, ask(into, scopes, asked)));
    expect(await names('id_token', ['openid'])).to.deep.equal(['always']);
    expect(await names('userinfo', ['openid'])).to.deep.equal([]);
    expect(await names('access_token', ['openid', 'email'])).to.deep.equal(['with_mail']);
    expect(await names('access_token', ['openid', 'profile'])).to.deep.equal([]);
    expect(await names('userinfo', ['openid', 'email', 'profile'])).to.include.members(['by_default', 'with_mail']);
    expect(await names('userinfo', ['openid'], ['by_default', 'always'])).to.deep.equal(['by_default']);
    expect(wantsClaims(of.oidc, ask('access_token', ['openid'])), 'nobody is read for nothing').to.equal(false);
  });

  it('an ID token may have no standard claim but those that are asked for by name', async () => {
    const of = await application({ id_token_claims: 'requested', claims: [{ name: 'tier', value: 'gold' }] });
    const user = await person();
    expect(await told(of, user, ask('id_token', everyScope))).to.deep.equal({ tier: 'gold' });
    expect(await told(of, user, ask('id_token', ['openid'], ['email', 'unknown', 'constructor']))).to.deep.equal({ email: user.email });
    expect(await told(of, user, ask('userinfo', everyScope))).to.include.keys('name', 'email', 'groups');
  });

  it('groups are those assigned to the application, those of a prefix or those listed, by the names that it knows', async () => {
    const user = await person();
    const [admin, , finance] = await inGroups(user, 'app-admin', 'app-user', 'Finanças');
    const groupsBy = async (groups_claim: Record<string, unknown>) => {
      const of = await application({ groups_claim });
      for (const group of [admin!, finance!]) await assignApplication(store.scope, of.applicationId, { kind: 'group', id: group.groupId });
      return (await told(of, user, ask('userinfo', ['groups']))).groups;
    };
    expect(await groupsBy({})).to.deep.equal(['Everyone', 'app-admin', 'app-user', 'Finanças']);
    expect(await groupsBy({ only: 'assigned' })).to.deep.equal(['app-admin', 'Finanças']);
    expect(await groupsBy({ prefix: 'app-' })).to.deep.equal(['app-admin', 'app-user']);
    expect(await groupsBy({ prefix: 'app-', strip_prefix: true })).to.deep.equal(['admin', 'user']);
    expect(await groupsBy({ only: 'assigned', prefix: 'app-' })).to.deep.equal(['app-admin']);
    const names = [{ group: 'Finanças', as: 'finance' }, { group: 'app-user' }];
    expect(await groupsBy({ only: 'listed', names })).to.deep.equal(['app-user', 'finance']);
    expect(await groupsBy({ names }), 'renamed, and nobody left out').to.deep.equal(['Everyone', 'app-admin', 'app-user', 'finance']);
    expect(await groupsBy({ prefix: 'no-such' }), 'none is said so').to.deep.equal([]);
    const faults = await store.refused('invalid_input', () => application({ groups_claim: { only: 'listed' } }));
    expect(faults).to.deep.equal({ groups_claim: 'fields.groups_listed' });
  });

  it('a list that is too long for a token is named in it, and whole at userinfo', async () => {
    const user = await person();
    await inGroups(user, 'many-1', 'many-2', 'many-3');
    const of = await application({
      most_values: 3,
      standard_claims: { groups: [...claimTargets] },
      claims: [{ name: 'roles', template: '{group:many-}', into: [...claimTargets] }],
    });
    for (const into of ['id_token', 'access_token'] as const)
      expect(await told(of, user, ask(into, ['profile', 'groups']))).to.deep.include({
        claims_overage: ['groups'],
        roles: ['1', '2', '3'],
      });
    const whole = await told(of, user, ask('userinfo', ['profile', 'groups']));
    expect(whole.groups).to.have.length(4);
    expect(whole).to.not.have.property('claims_overage');
  });

  it('refuses what would stand for something else, or for nothing', async () => {
    const refused = async (claim: Record<string, unknown>) =>
      Object.values(await store.refused('invalid_input', () => application({ claims: [claim] })));
    for (const name of ['sub', 'email', 'groups', 'claims_overage', '_claim_names', 'active', 'client_id'])
      expect(await refused({ name, value: 'x' }), name).to.deep.equal(['fields.claim_own']);
    expect(await refused({ name: 'x' })).to.deep.equal(['fields.attribute_source']);
    expect(await refused({ name: 'x', value: 'a', from: 'email' })).to.deep.equal(['fields.attribute_source']);
    expect(await refused({ name: 'x', template: '{nobody}' })).to.deep.equal(['fields.template']);
    expect(await refused({ name: 'x', value: 'a', into: [] })).to.deep.equal(['fields.claim_target']);
    expect(await refused({ name: 'x', template: '{custom.unknown}' })).to.deep.equal(['fields.custom_field_unknown']);
  });
});
