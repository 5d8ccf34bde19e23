import { expect } from 'chai';
import { addDirectory, getDirectory, noteDirectoryState, stateOf } from '../../../../src/domain/people/directories/index.ts';
import type { DirectoryId, Scope } from '../../../../src/domain/scope.ts';
import type { DirectoryRequest, EntryRecord } from '../../../../src/smartsync-protocol/index.ts';
import { enrolAt, FakeAgent } from '../../../support/fake-agent.ts';
import type { Jar } from '../../../support/jar.ts';
import { eventually } from '../../../support/process.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web: preview of a mapping', () => {
  let server: TestServer;
  let admin: Jar;
  let scope: Scope;
  let directoryId: DirectoryId;
  let agent: FakeAgent;
  let asked: DirectoryRequest[] = [];
  let answer: unknown;
  before(async () => {
    server = await startTestServer();
    admin = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    scope = await server.scope();
    await server.apply({
      contexts: [{ code: 'acme', name: 'Acme S.A.', customFields: [{ code: 'floor', label: 'Floor', type: 'number' }] }],
    });
    const { directory, token } = await addDirectory(scope, { name: 'Head office' });
    directoryId = directory.directoryId;
    const { identity } = await enrolAt(server.issuer, token);
    const reply = (request: DirectoryRequest) => {
      asked.push(request);
      return answer;
    };
    agent = new FakeAgent({ identity, url: server.issuer, answer: reply });
    await agent.met;
    await eventually(async () => expect(stateOf(await getDirectory(scope, directoryId))).to.equal('configured'));
  });
  beforeEach(() => {
    asked = [];
  });
  after(async () => {
    await agent?.end();
    await server.close();
  });

  const maria: EntryRecord = {
    type: 'person',
    id: '6f9619ff-8b86-4011-b42d-00c04fc964ff',
    dn: 'uid=maria,ou=people,dc=example',
    isEnabled: true,
    attributes: { cn: ['Maria <Luz>'], preferredname: ['Mia'], sn: ['Luz'], mail: ['maria@example.com'], roomnumber: ['third'] },
  };
  const preview = async (fields: Record<string, string>) => {
    const form = admin.form(await admin.get(`${server.issuer}/admin/directories/${directoryId}/edit`), /edit$/);
    return admin.get(form.action, { form: new URLSearchParams({ ...form.fields, ...fields, find: 'preview' }) });
  };

  it('shows a person as the directory says, and as the mapping that is not saved yet would have them', async () => {
    answer = { outcome: 'accepted', people: [maria] };
    const before = await getDirectory(scope, directoryId);
    const { status, text } = await preview({
      person: 'maria',
      'settings.userFilter': '(departmentNumber=7)',
      'settings.mapping.firstName': 'preferredName',
      'settings.mapping.customFields.floor': 'roomNumber',
    });
    expect(status).to.equal(200);
    expect(asked).to.deep.equal([{ kind: 'find-people', body: { text: 'maria', userFilter: '(departmentNumber=7)' } }]);
    for (const word of [maria.dn, 'Maria &lt;Luz&gt;', 'preferredname', '<dd>Mia</dd>', '<dd>maria@example.com</dd>', 'id="preview"'])
      expect(text).to.contain(word);
    expect(text, 'what does not fit says why').to.match(/<dt>Floor<\/dt><dd><div class="invalid[^>]*>[^<]*number/);
    expect(text).to.contain('value="preferredName"').and.contain('value="maria"');
    expect(await getDirectory(scope, directoryId)).to.deep.equal(before);
  });

  it('says why nobody could be made of a person, and when nobody is found', async () => {
    answer = { outcome: 'accepted', people: [{ ...maria, attributes: { cn: ['Maria Luz'] } }] };
    expect((await preview({ person: 'maria' })).text).to.contain('has no e-mail in the directory');
    answer = { outcome: 'accepted', people: [] };
    expect((await preview({ person: 'maria' })).text).to.contain('No person in the directory matches');
  });

  it('says what the directory refuses, and a form that is wrong asks nobody', async () => {
    answer = { outcome: 'refused', reason: 'base-not-found', detail: 'no <such> object' };
    expect((await preview({ person: 'maria' })).text)
      .to.contain('The base DN was not found.')
      .and.contain('no &lt;such&gt; object');
    asked = [];
    const refused = await preview({ person: 'maria', 'settings.userFilter': 'x' });
    expect([refused.status, refused.text.includes('settings.userFilter-fault'), asked]).to.deep.equal([422, true, []]);
  });

  it('says when no SmartSync is connected', async () => {
    await noteDirectoryState(scope, directoryId, { isUp: false, reason: 'no-agent' });
    asked = [];
    expect((await preview({ person: 'maria' })).text).to.contain('No SmartSync is connected.');
    expect(asked).to.deep.equal([]);
  });
});
