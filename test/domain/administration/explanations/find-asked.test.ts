import { expect } from 'chai';
import {
  type Choices,
  findAskedApplications,
  findAskedPeople,
  mostChoices,
} from '../../../../src/domain/administration/explanations/index.ts';
import { createApplication } from '../../../../src/domain/applications/applications/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/administration/explanations: who and what somebody asks about', () => {
  const store = useStore();
  const application = (code: string, name: string) =>
    createApplication(store.scope, {
      code,
      name,
      oidc: { client_id: code, token_endpoint_auth_method: 'none', redirect_uris: ['https://a.example/cb'] },
    });
  const codesOf = async (text: string) => (await findAskedApplications(store.scope, text)).items.map(({ code }) => code);
  const loginsOf = ({ items }: Choices<{ email?: string; username?: string }>) => items.map(({ email, username }) => email ?? username);
  const people = async (text: string) => loginsOf(await findAskedPeople(store.scope, text));

  before(async () => {
    await store.person({ email: 'jimbob@named.example', firstName: 'Jim', lastName: 'Robertson' });
    await store.person({ username: 'mcbob', firstName: 'Mac', lastName: 'Robertson' });
    for (let n = 0; n < mostChoices + 2; n++)
      await store.person({ email: `lima${n}@named.example`, firstName: 'Ana', lastName: `Lima A${String(n).padStart(2, '0')}` });
    await store.person({ email: 'first@named.example', firstName: 'Zoe', lastName: 'Lima' });
    for (let n = 0; n < mostChoices + 2; n++)
      await store.person({ email: `zoe${n}@named.example`, firstName: `A${String(n).padStart(2, '0')} Zoe`, lastName: 'Lima' });
    for (let n = 0; n < mostChoices + 3; n++) await application(`wiki-${n}`, `A${String(n).padStart(2, '0')} Wiki`);
    await application('the-wiki', 'Wiki');
    await application('twin-1', 'Twin');
    await application('twin-2', 'Twin');
    await application('twins', 'A Twin of them');
  });

  it('is nobody by a part of an e-mail or username, whatever the part', async () => {
    for (const text of ['bob@named.example', 'named.example', '@named.example', 'jimbob', 'jimbob@named', 'cbob', 'imbob@named.example'])
      expect(await people(text), text).to.deep.equal([]);
    for (const [text, login] of [
      ['jimbob@named.example', 'jimbob@named.example'],
      ['JIMBOB@named.example', 'jimbob@named.example'],
      ['mcbob', 'mcbob'],
      ['jim rob', 'jimbob@named.example'],
      ['ROBERTSON mac', 'mcbob'],
    ])
      expect(await people(text!), text).to.deep.equal([login]);
  });

  it('is the one of just this name, however many others have it in theirs', async () => {
    expect(await codesOf('Wiki')).to.deep.equal(['the-wiki']);
    expect(await codesOf('wiki')).to.deep.equal(['the-wiki']);
    expect(await people('zoe lima')).to.deep.equal(['first@named.example']);
    expect((await codesOf('Twin')).toSorted(), 'two of one name').to.deep.equal(['twin-1', 'twin-2']);
  });

  it('of more than can be listed it is said that there are others', async () => {
    for (const [found, isMore] of [
      [await findAskedApplications(store.scope, 'wik'), true],
      [await findAskedPeople(store.scope, 'ana lima'), true],
      [await findAskedApplications(store.scope, 'twin'), false],
      [await findAskedPeople(store.scope, 'robertson'), false],
    ] as const) {
      expect(found.hasMore).to.equal(isMore);
      expect(found.items.length).to.equal(isMore ? mostChoices : 2);
    }
  });
});
