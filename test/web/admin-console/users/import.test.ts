import { expect } from 'chai';
import { confirmImport, decodeCsv, draftImport, readImport } from '../../../../src/domain/administration/user-imports/index.ts';
import { startUserExport } from '../../../../src/domain/people/user-exports/index.ts';
import { changeStatus, createUser, findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import { findOperation } from '../../../../src/domain/records/operations/index.ts';
import { createI18n } from '../../../../src/platform/i18n/index.ts';
import { importWords } from '../../../../src/web/request/index.ts';
import type { Answer, Jar } from '../../../support/jar.ts';
import { linkIn, type MailSink, startMailSink } from '../../../support/mail-sink.ts';
import { eventually } from '../../../support/process.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

const words = importWords(createI18n(new URL('../../../../views/', import.meta.url)));

describe('domain/user-imports: reading a file', () => {
  const read = (text: string) => readImport(text, [], words);

  it('takes the names of columns in every language and spelling, commas, semicolons and tabs, a byte order mark, quotes', () => {
    for (const text of [
      'firstName,lastName,email,role\nAna,"Souza, Lima",ana@x.example,administrator',
      '\uFEFFNome;Sobrenome;E-mail;Tipo\r\nAna;Souza, Lima;ana@x.example;Administrador\r\n',
      'Nombre\tApellido\tE-MAIL\tTipo\nAna\tSouza, Lima\tana@x.example\tadministrador',
      'FIRST NAME,last_name,Email,type\n\nAna , "Souza, Lima",ana@x.example,ADMINISTRATOR\n\n',
    ]) {
      const { rows, faults } = read(text);
      expect(faults, text).to.deep.equal([]);
      expect(rows[0]!.person, text).to.include({
        firstName: 'Ana',
        lastName: 'Souza, Lima',
        email: 'ana@x.example',
        role: 'administrator',
      });
    }
  });

  it('S74, S75: a name in one column: the first is what stands before the first space, the last all that follows', async () => {
    const { rows, faults, headings } = read('Nome completo;E-mail\nLuis Fernando da Silva;luis@x.example\n Ana   Souza ;ana@x.example\n');
    expect(faults).to.deep.equal([]);
    expect(rows.map(({ person: { firstName, lastName } }) => [firstName, lastName])).to.deep.equal([
      ['Luis', 'Fernando da Silva'],
      ['Ana', 'Souza'],
    ]);
    expect(headings!.get('fullName')).to.equal('Nome completo');
    expect(
      read('fullName,lastName,email\nAna Souza,Souza,a@x.example').faults.map(({ column, message }) => [column, message]),
    ).to.deep.equal([['lastName', 'fields.csv_column_twice']]);
  });

  it('reads what spreadsheets write in windows-1252', () => {
    expect(decodeCsv(Buffer.from('Jo\xe3o', 'latin1'))).to.equal('João');
    expect(decodeCsv(Buffer.from('João'))).to.equal('João');
    expect(decodeCsv(Buffer.from('Jo\0ão'))).to.equal('João');
  });

  it('tells what is wrong with the file as a whole', () => {
    const faults = (text: string) =>
      read(text).faults.map(({ line, column, message }) => [line, column, message.replace('fields.csv_', '')]);
    expect(faults('')).to.deep.equal([[undefined, undefined, 'empty']]);
    expect(faults('firstName,lastName,email')).to.deep.equal([[undefined, undefined, 'empty']]);
    expect(faults('firstName,surname,email\nA,B,c@d.example')).to.deep.equal([
      [1, 'surname', 'column_unknown'],
      [1, 'lastName', 'column_missing'],
    ]);
    expect(faults('firstName,lastName,email,Email\nA,B,c@d.example,')).to.deep.equal([[1, 'Email', 'column_twice']]);
    expect(faults('firstName,lastName,email\nA,"B,c@d.example')[0]![2]).to.equal('malformed');
    expect(faults(`firstName,lastName,username\n${'A,B,c\n'.repeat(20_001)}`)[0]![2]).to.equal('long');
    expect(faults(`${'a,'.repeat(500_000)}role\n${'x,'.repeat(10)}`)[0]![2], 'and says so at once').to.equal('wide');
  });
});

describe('web/admin-console: import of users', () => {
  let server: TestServer;
  let mail: MailSink;
  let ana: Jar;
  before(async () => {
    mail = await startMailSink();
    server = await startTestServer({ jobs: true, config: { smtpUrl: mail.url } });
    await server.apply({
      contexts: [{ code: 'acme', name: 'Acme S.A.', customFields: [{ code: 'cost_center', label: 'Cost centre', type: 'number' }] }],
    });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(async () => {
    await server.close();
    mail.close();
  });

  const at = (path: string) => `${server.issuer}${path}`;
  const count = async () => Number((await (await server.scope()).db('users').count({ n: '*' }))[0]!.n);
  async function send(file: string, activation = 'invitation'): Promise<Answer> {
    const { action, fields } = ana.form(await ana.get(at('/admin/users/import')), /import$/);
    const boundary = 'portaria-test-boundary';
    const part = (name: string, value: string, more = '') =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
    const body = `${part('_csrf', fields._csrf!)}${part('activation', activation)}${part('file', file, '; filename="people.csv"')}--${boundary}--\r\n`;
    return ana.follow(action, { method: 'POST', body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } });
  }
  async function confirm(preview: Answer): Promise<Answer> {
    const begun = await ana.submit(ana.form(preview, /import\//));
    let shown = begun;
    await eventually(async () => {
      shown = await ana.get(begun.url);
      expect(shown.text).to.not.contain('data-follow');
    });
    return shown;
  }

  it('shows who would be added, adds nobody before it is confirmed, then all, with groups and custom fields', async () => {
    const before = await count();
    const preview = await send(
      'firstName,lastName,email,groups,cost centre\nEva,Luz,eva@acme.example,Finance,42\nIvo,Sá,ivo@acme.example,,',
    );
    expect(preview.text)
      .to.contain('Users in the file: 2')
      .and.to.contain('Finance')
      .and.to.match(/<td data-label="[^"]*">42<\/td>/);
    expect(await count()).to.equal(before);
    const invited = await mail.after(() => confirm(preview), 'eva@acme.example', '/activate/');
    expect(linkIn(invited)).to.contain('/activate/');
    const eva = (await findUserByLogin(await server.scope(), 'eva@acme.example'))!;
    expect([eva.status, Object.values(eva.customValues)]).to.deep.equal(['invited', [42]]);
    expect(await (await server.scope()).db('group_members').where({ user_id: eva.userId })).to.have.length(1);
    const again = await ana.follow(preview.url);
    expect(again.url, 'confirmed once').to.match(/operations\//);
    expect(again.text, 'nobody has a temporary password').to.contain('operations').and.to.not.contain('/passwords"');
  });

  it('S75: takes whole names, of one word, too, and says where there is none', async () => {
    const refused = await send('Full name,E-mail\nCher,cher@acme.example\n,nobody@acme.example');
    expect(refused.text).to.contain('Line 3</strong>').and.to.contain('Enter 1 to 100 characters').and.to.not.contain('Line 2</strong>');
    await confirm(await send('Full name,E-mail\nLuis Fernando da Silva,luis@acme.example\nCher,cher@acme.example'));
    const names = async (login: string) => {
      const { firstName, lastName } = (await findUserByLogin(await server.scope(), login))!;
      return [firstName, lastName];
    };
    expect(await names('luis@acme.example')).to.deep.equal(['Luis', 'Fernando da Silva']);
    expect(await names('cher@acme.example')).to.deep.equal(['Cher', '']);
  });

  it('S62: with temporary passwords people without e-mail come in, too', async () => {
    await confirm(await send('firstName,lastName,username\nUrs,Bo,urs', 'temporary-password'));
    const urs = (await findUserByLogin(await server.scope(), 'urs'))!;
    const shown = (await ana.get(at(`/admin/users/${urs.userId}`))).text;
    expect(shown).to.contain('id="temporary-password"');
    const mixed = await confirm(await send('firstName,lastName,username,email\nUrs,Two,urs2,\nIda,Two,,ida@acme.example', 'invitation'));
    const of = async (login: string) => (await findUserByLogin(await server.scope(), login))!.status;
    expect([await of('urs2'), await of('ida@acme.example')], 'S71: who cannot be invited').to.deep.equal(['activated', 'invited']);
    const list = await ana.submit(ana.form(mixed, /passwords$/));
    const [, line] = list.text.split('\r\n');
    const password = (await ana.get(at(`/admin/users/${(await findUserByLogin(await server.scope(), 'urs2'))!.userId}`))).text;
    const cells = line!.slice(1, -1).split('","');
    expect(cells.slice(0, 2)).to.deep.equal(['urs2', 'Urs Two']);
    expect(password, 'S115: the one on the page').to.contain(cells[2]!);
    expect(list.text).to.not.contain('ida@');
    expect((await (await server.scope()).db('audit_events').where({ type: 'users.passwords-exported' })).length).to.equal(1);
  });

  it('says line by line what is wrong, and adds nobody', async () => {
    const before = await count();
    const answer = await send(
      [
        'firstName,lastName,email,username,role,groups,cost_center,salary',
        ',,a@acme.example,,,,',
        'A,B,not an address,,,,',
        'A,B,ana@acme.example,,,,',
        'A,B,b@acme.example,,boss,,',
        'A,B,c@acme.example,,,Nowhere,',
        'A,B,d@acme.example,,,,many',
        'A,B,D@acme.example,,,,',
        'A,B,,joe,administrator,,',
        '<script>alert(1)</script>,B,e@acme.example,,,<b>x</b>,',
      ].join('\n'),
    );
    expect([answer.status, answer.text.includes('<script>alert'), answer.text.includes('<b>x')]).to.deep.equal([422, false, false]);
    expect(answer.text, 'beside what is wrong with the file').to.contain('salary');
    for (const line of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) expect(answer.text, `line ${line}`).to.contain(`Line ${line}</strong>`);
    expect(await count()).to.equal(before);
  });

  it('shows who becomes administrator before it is confirmed, and stops with the role of who confirmed it', async () => {
    const scope = await server.scope();
    const person = { firstName: 'Eve', lastName: 'Old', role: 'administrator', password: 'a long password of eve' };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users: [{ ...person, email: 'eve@acme.example' }] }] });
    const eve = (await findUserByLogin(scope, 'eve@acme.example'))!;
    const asEve = { ...scope, actor: { kind: 'person', id: eve.userId, name: 'Eve Old' } } as const;
    const csv = Buffer.from('firstName,lastName,email,role\nB,Door,door@evil.example,administrator');
    const draft = await draftImport(asEve, csv, { activation: 'invitation', locale: 'en' }, words);
    if (!('operationId' in draft)) throw new Error('no draft');
    const jar = await signedIn(server.baseUrl, 'eve@acme.example', person.password);
    expect((await jar.get(at(`/admin/users/import/${draft.operationId}`))).text).to.contain('Will become administrators: 1');
    await changeStatus(scope, eve.userId, 'deactivate');
    await confirmImport(asEve, draft.operationId);
    await eventually(async () => expect((await findOperation(scope, draft.operationId))!.fault).to.equal('administrators_only'));
    expect(await findUserByLogin(scope, 'door@evil.example')).to.equal(undefined);
  });

  it('opens no other task as an import', async () => {
    const scope = await server.scope();
    const id = (await findUserByLogin(scope, 'ana@acme.example'))!.userId;
    const exported = await startUserExport({ ...scope, actor: { kind: 'person', id, name: 'Ana' } }, {}, 'en');
    expect((await ana.get(at(`/admin/users/import/${exported}`))).status).to.equal(404);
  });

  it('is all or nothing: somebody who takes a name meanwhile stops all of it', async () => {
    const preview = await send('firstName,lastName,email\nA,One,one@acme.example\nB,Two,two@acme.example');
    const scope = await server.scope();
    await createUser(scope, { email: 'two@acme.example', firstName: 'X', lastName: 'Y', role: 'regular', status: 'invited' });
    const done = await confirm(preview);
    expect(done.text).to.contain('Something changed since the file was checked');
    expect(await findUserByLogin(scope, 'one@acme.example')).to.equal(undefined);
  });
});
