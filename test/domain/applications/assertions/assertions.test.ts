import { expect } from 'chai';
import { createApplication, type SamlSettings } from '../../../../src/domain/applications/applications/index.ts';
import {
  type Description,
  describePerson,
  listPersistentNameIds,
  type NameIdRequest,
} from '../../../../src/domain/applications/assertions/index.ts';
import { createCustomField } from '../../../../src/domain/company/custom-fields/index.ts';
import { addMembers, createGroup } from '../../../../src/domain/people/groups/index.ts';
import type { NewUser, User } from '../../../../src/domain/people/users/index.ts';
import type { ApplicationId } from '../../../../src/domain/scope.ts';
import { nameIdFormat } from '../../../../src/platform/saml/index.ts';
import { useStore } from '../../../support/use-cases.ts';

const issuer = 'https://idp.example';
const { emailAddress, persistent, transient, unspecified } = nameIdFormat;

describe('domain/applications/assertions', () => {
  const store = useStore();
  type SamlApplication = { applicationId: ApplicationId; saml: SamlSettings };
  let count = 0;
  before(async () => {
    const field = { options: [], isRequired: false, isPersonal: false };
    for (const [code, type] of [
      ['badge', 'text'],
      ['level', 'number'],
      ['remote', 'boolean'],
      ['since', 'date'],
    ] as const)
      await createCustomField(store.scope, { ...field, code, label: code, type });
    await createCustomField(store.scope, { ...field, code: 'sites', label: 'sites', type: 'choices', options: ['北京', 'Köln', 'Rio'] });
  });

  async function application(saml: Record<string, unknown> = {}, scope = store.scope): Promise<SamlApplication> {
    const code = `partner-${++count}`;
    const own = { entityId: `https://${code}.example`, assertionConsumerServices: [{ url: `https://${code}.example/acs` }] };
    const made = await createApplication(scope, { code, name: `Partner ${count}`, saml: { ...own, ...saml } });
    return { applicationId: made.applicationId, saml: made.saml! };
  }
  const person = (more: Partial<NewUser> = {}) => store.person({ firstName: 'सीता', lastName: '李', ...more });
  const tell = (of: SamlApplication, user: User, request?: NameIdRequest) => describePerson(store.scope, of, user, issuer, request);
  const nameOf = (description: Description) => (description.outcome === 'described' ? description.nameId : expect.fail(description.format));
  async function told(of: SamlApplication, user: User): Promise<Record<string, string[]>> {
    const description = await tell(of, user);
    if (description.outcome !== 'described') return expect.fail(description.format);
    return Object.fromEntries(description.attributes.map(({ name, values }) => [name, values]));
  }
  const mapping = (...fields: string[]) => ({ attributes: fields.map((from) => ({ name: from, from })) });

  describe('the name of a person', () => {
    it('is the e-mail, the login or a field, as the application is registered', async () => {
      const user = await person({ customFields: { badge: '0042', sites: ['Rio', '北京'] } });
      const name = async (saml: Record<string, unknown>) => nameOf(await tell(await application(saml), user));
      expect(await name({}), 'e-mail unless told').to.deep.equal({ format: emailAddress, value: user.email });
      expect(await name({ nameIdFormat: 'unspecified' })).to.deep.equal({ format: unspecified, value: user.email });
      const field = { nameIdFormat: 'unspecified', nameIdField: 'custom.badge' };
      expect(await name(field)).to.deep.equal({ format: unspecified, value: '0042' });
      expect(await name({ ...field, nameIdField: 'fullName' })).to.include({ value: 'सीता 李' });
      expect(await name({ ...field, nameIdField: 'custom.sites' }), 'the first of several').to.include({ value: '北京' });
      const before = { nameIdFormat: 'persistent', nameIdField: 'custom.badge' };
      expect(await name(before), 'a name that the partner knows already').to.deep.equal({ format: persistent, value: '0042' });
      expect(await listPersistentNameIds(store.scope, user.userId)).to.deep.equal([]);
    });

    it('of somebody without an e-mail is their username, and never an e-mail', async () => {
      const user = await person({ username: '李.sita' });
      expect(nameOf(await tell(await application({ nameIdFormat: 'unspecified' }), user))).to.include({ value: '李.sita' });
      expect(await tell(await application(), user)).to.deep.equal({ outcome: 'unavailable', fault: 'no-email', format: emailAddress });
    });

    it('is not made up where the person has nothing in the field', async () => {
      const user = await person();
      for (const format of ['unspecified', 'persistent'] as const) {
        const of = await application({ nameIdFormat: format, nameIdField: 'custom.badge' });
        expect(await store.unchanged(() => tell(of, user))).to.deep.equal({
          outcome: 'unavailable',
          fault: 'no-value',
          format: nameIdFormat[format],
        });
      }
    });

    it('that is transient is another one every time, and nothing is kept of it', async () => {
      const [of, user] = [await application({ nameIdFormat: 'transient' }), await person()];
      const names = await store.unchanged(async () => [nameOf(await tell(of, user)), nameOf(await tell(of, user))]);
      expect(names[0]).to.include({ format: transient, nameQualifier: issuer, spNameQualifier: of.saml.entityId });
      expect(names[0]!.value).not.to.equal(names[1]!.value);
      expect(names[0]!.value).to.match(/^_[0-9a-f]{32}$/);
    });
  });

  describe('a persistent name', () => {
    it('is opaque, stays for ever, and is another one for each application and person', async () => {
      const [wiki, crm] = [await application({ nameIdFormat: 'persistent' }), await application({ nameIdFormat: 'persistent' })];
      const [user, other] = [await person(), await person()];
      const first = nameOf(await tell(wiki, user));
      expect(first).to.include({ format: persistent, nameQualifier: issuer, spNameQualifier: wiki.saml.entityId });
      expect(first.value, 'it says nothing of the person').to.match(/^_[0-9a-f]{32}$/);
      store.wait(60 * 24 * 365);
      expect(await store.unchanged(() => tell(wiki, user))).to.deep.include({ nameId: first });
      const values = [first, nameOf(await tell(crm, user)), nameOf(await tell(wiki, other))].map(({ value }) => value);
      expect(new Set(values).size).to.equal(3);
      const kept = await listPersistentNameIds(store.scope, user.userId);
      expect(kept.map(({ applicationId, nameId }) => [applicationId, nameId])).to.deep.equal([
        [wiki.applicationId, values[0]],
        [crm.applicationId, values[1]],
      ]);
      expect(kept[0])
        .to.include({ name: `Partner ${count - 1}` })
        .and.have.property('createdAt')
        .instanceOf(Date);
    });

    it('is made once, also where two tabs sign in at the same time', async () => {
      const [of, user] = [await application({ nameIdFormat: 'persistent' }), await person()];
      const names = await Promise.all(Array.from({ length: 8 }, async () => nameOf(await tell(of, user)).value));
      expect(new Set(names).size).to.equal(1);
    });

    it('is not made by a preview, and shown where there is one', async () => {
      const [of, user] = [await application({ nameIdFormat: 'persistent' }), await person()];
      await store.unchanged(() => tell(of, user, { isPreview: true }));
      const made = nameOf(await tell(of, user));
      expect(nameOf(await tell(of, user, { isPreview: true }))).to.deep.equal(made);
    });

    it('is known in its own company alone', async () => {
      const [of, user] = [await application({ nameIdFormat: 'persistent' }), await person()];
      await tell(of, user);
      expect(await listPersistentNameIds(store.other, user.userId)).to.deep.equal([]);
      const foreign = await application({ nameIdFormat: 'persistent' }, store.other);
      const error = await store.unchanged(() => tell(foreign, user).catch((reason: unknown) => reason));
      expect(error, 'no row points into another company').to.have.property('code', '23503');
    });
  });

  describe('the name that a request asks for', () => {
    it('comes before the registered one; unspecified leaves it to us', async () => {
      const [of, user] = [await application(), await person()];
      const format = async (wanted?: string) => nameOf(await tell(of, user, { format: wanted })).format;
      expect(await format(transient)).to.equal(transient);
      expect(await format(persistent)).to.equal(persistent);
      expect(await format(unspecified)).to.equal(emailAddress);
      expect(await format()).to.equal(emailAddress);
    });

    it('is not heard where the administrator has forced the registered one', async () => {
      const [of, user] = [await application({ forceNameIdFormat: true }), await person()];
      for (const wanted of [transient, persistent, 'urn:example:unknown'])
        expect(nameOf(await tell(of, user, { format: wanted }))).to.deep.equal({
          format: emailAddress,
          value: user.email,
        });
    });

    it('is refused in a format that we do not know, and in the name space of another application', async () => {
      const [of, user] = [await application({ forceNameIdFormat: false }), await person()];
      const unknown = await store.unchanged(() => tell(of, user, { format: 'urn:example:unknown' }));
      expect(unknown).to.deep.equal({ outcome: 'unavailable', fault: 'format', format: 'urn:example:unknown' });
      const foreign = await application();
      const asked = (spNameQualifier: string) => tell(of, user, { format: persistent, spNameQualifier });
      expect(await store.unchanged(() => asked(foreign.saml.entityId))).to.deep.equal({
        outcome: 'unavailable',
        fault: 'qualifier',
        format: foreign.saml.entityId,
      });
      expect(nameOf(await asked(of.saml.entityId))).to.include({ spNameQualifier: of.saml.entityId });
    });
  });

  describe('what an application is told by SAML', () => {
    it('is what it maps, as texts: custom fields, fixed texts and several values among it', async () => {
      const customFields = { badge: '0042', level: 0, remote: false, since: '2020-02-29', sites: ['Rio', 'Köln'] };
      const user = await person({ department: 'Zoë’s', locale: 'pt-BR', customFields });
      const saml = mapping(
        'firstName',
        'fullName',
        'login',
        'userId',
        'department',
        'locale',
        'role',
        ...Object.keys(customFields).map((one) => `custom.${one}`),
      );
      saml.attributes.push({ name: 'tenant', value: 'acme' } as never, { name: 'nothing', value: '' } as never);
      const values = await told(await application(saml), user);
      expect(values).to.deep.equal({
        firstName: ['सीता'],
        fullName: ['सीता 李'],
        login: [user.email],
        userId: [user.userId],
        department: ['Zoë’s'],
        locale: ['pt-BR'],
        role: ['regular'],
        'custom.badge': ['0042'],
        'custom.level': ['0'],
        'custom.remote': ['false'],
        'custom.since': ['2020-02-29'],
        'custom.sites': ['Köln', 'Rio'],
        tenant: ['acme'],
        nothing: [''],
      });
    });

    it('leaves out what the person does not have, instead of saying that it is empty', async () => {
      const of = await application({ ...mapping('username', 'department', 'locale', 'custom.badge', 'custom.sites', 'lastName') });
      expect(await told(of, await person())).to.deep.equal({ lastName: ['李'] });
      expect(await told(await application(), await person()), 'nothing is mapped').to.deep.equal({});
    });

    it('holds the groups of the person where that is asked for, Everyone among them, and no group of others', async () => {
      const [user, other] = [await person(), await person()];
      const [mine, theirs] = [await createGroup(store.scope, { name: 'Ñandú' }), await createGroup(store.scope, { name: 'Theirs' })];
      await addMembers(store.scope, mine.groupId, [user.userId]);
      await addMembers(store.scope, theirs.groupId, [other.userId]);
      const values = await told(await application({ sendGroups: true }), user);
      expect(values.Groupname).to.deep.equal(['Everyone', 'Ñandú']);
      expect(await told(await application(mapping('groupNames')), user)).to.deep.equal({ groupNames: values.Groupname });
      expect(values.GroupId).to.have.length(2).and.include(mine.groupId).and.not.include(theirs.groupId);
      expect(Object.keys(await told(await application(mapping('groupIds')), user)), 'not unless asked for').to.deep.equal(['groupIds']);
    });
  });
});
