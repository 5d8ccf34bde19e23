import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { draftImport, findDraft, type ImportFault } from '../../../../src/domain/administration/user-imports/index.ts';
import { startUserExport, userExport } from '../../../../src/domain/people/user-exports/index.ts';
import { createUser } from '../../../../src/domain/people/users/index.ts';
import { getOperation, openFile } from '../../../../src/domain/records/operations/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { createI18n } from '../../../../src/platform/i18n/index.ts';
import { exportWords, importWords } from '../../../../src/web/request/words/file-words.ts';
import { actingFor, useStore } from '../../../support/use-cases.ts';

const i18n = createI18n(new URL('../../../../views/', import.meta.url));
const words = importWords(i18n);

const wide = (order: 'le' | 'be') => (content: string) => {
  const bytes = Buffer.from(`\uFEFF${content}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};
const encodings: Record<string, (content: string) => Buffer> = {
  'UTF-8': (content) => Buffer.from(content),
  'UTF-8 with its mark': (content) => Buffer.from(`\uFEFF${content}`),
  'UTF-16, little end first': wide('le'),
  'UTF-16, big end first': wide('be'),
  'Windows-1252': (content) => Buffer.from(content, 'latin1'),
};
const shapes: Record<string, (rows: string[][]) => string> = {
  commas: (rows) => rows.map((row) => row.join(',')).join('\n'),
  semicolons: (rows) => rows.map((row) => row.join(';')).join('\r\n'),
  tabs: (rows) => rows.map((row) => row.join('\t')).join('\r\n'),
  'old Macs': (rows) => rows.map((row) => row.join(';')).join('\r'),
  'a first line that names the sign': (rows) => `sep=;\r\n${rows.map((row) => row.join(';')).join('\r\n')}`,
  'another sign that is named': (rows) => `"sep=|"\n${rows.map((row) => row.join('|')).join('\n')}`,
  'everything quoted': (rows) => rows.map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\r\n'),
  'columns and rows that were used once': (rows) => `${rows.map((row) => `${row.join(';')};;;`).join('\r\n')}\r\n;;;;;\r\n;;;;;\r\n`,
  'spaces and what is not seen': (rows) => rows.map((row) => row.map((cell) => ` ${cell} `).join(';')).join('\r\n'),
};

describe('domain/administration/user-imports: files as spreadsheets write them', () => {
  const store = useStore();
  let own: Scope;
  before(async () => {
    own = actingFor(store.scope, await store.person({ role: 'administrator' }));
  });
  const draft = (content: Buffer | string, scope = own) =>
    draftImport(scope, Buffer.from(content), { activation: 'temporary-password', locale: 'en' }, words);
  const peopleIn = async (content: Buffer | string, scope = own) => {
    const result = await draft(content, scope);
    if ('faults' in result) return expect.fail(JSON.stringify(result.faults));
    const { rows, unused } = await findDraft(scope, result.operationId, words);
    return {
      rows,
      unused,
      people: rows.map(({ line, person: { firstName, lastName, email, username } }) => [line, firstName, lastName, email ?? username]),
    };
  };
  const faultsIn = async (content: string): Promise<ImportFault[]> => {
    const result = await draft(content);
    return 'faults' in result ? result.faults : expect.fail('no fault');
  };

  for (const [encoding, encode] of Object.entries(encodings))
    it(`${encoding}, in every shape`, async () => {
      for (const [shape, write] of Object.entries(shapes)) {
        const rows = [
          ['Nome', 'Sobrenome', 'E-mail'],
          ['João', 'Conceição', 'joao@acme.example'],
          ['Zoë', 'Nuñez', 'zoe@acme.example'],
        ];
        const { people } = await peopleIn(encode(write(rows)));
        const first = shape.includes('is named') || shape.includes('names the sign') ? 3 : 2;
        expect(people, shape).to.deep.equal([
          [first, 'João', 'Conceição', 'joao@acme.example'],
          [first + 1, 'Zoë', 'Nuñez', 'zoe@acme.example'],
        ]);
      }
    });

  it('links, what is not seen, tabs and line breaks in cells, the same address in xn--', async () => {
    const { people } = await peopleIn(
      'Nombre;Apellido;E-mail\r\n"Ana\r\nMaria";\u200BLuz\u00A0;mailto:ana.luz@acme.example\r\n"Ivo\tJosé";Sá;ivo@acme.example\u200B\r\n;Suharto;s＠acme.example',
    );
    expect(people).to.deep.equal([
      [2, 'Ana Maria', 'Luz', 'ana.luz@acme.example'],
      [4, 'Ivo José', 'Sá', 'ivo@acme.example'],
      [5, '', 'Suharto', 's@acme.example'],
    ]);
    const twice = await faultsIn('fullName,email\nA B,user@münchen.example\nA C,user@xn--mnchen-3ya.example');
    expect(twice).to.deep.include({ line: 3, column: 'email', message: 'fields.csv_twice', params: undefined });
  });

  it('a fault is told with the line on which its person begins', async () => {
    for (const newline of ['\n', '\r\n', '\r'])
      for (const above of ['', `sep=,${newline}`]) {
        const lines = [
          'fullName,email,department',
          'A B,a@acme.example,"one',
          'two',
          '',
          'three"',
          '',
          'C D,no address,"x',
          'y"',
          '',
          'E F,e@acme.example,',
          ',g@acme.example,',
        ];
        const faults = await faultsIn(above + lines.join(newline));
        const shift = above === '' ? 0 : 1;
        expect(
          faults.map(({ line, column }) => [line! - shift, column]),
          JSON.stringify(newline + above),
        ).to.deep.equal([
          [7, 'email'],
          [11, 'fullName'],
        ]);
      }
    for (const [bad, line] of [
      ['fullName,email\nA B,a@acme.example\n\n"C D,c@acme.example\nE F,e@acme.example\n', 4],
      ['fullName,email\n"A\nB",a@acme.example\nC "D,c@acme.example', 4],
      ['sep=,\nfullName,email\n"A" B,a@acme.example', 3],
    ] as const)
      expect(await faultsIn(bad), bad).to.deep.equal([{ line, message: 'fields.csv_malformed' }]);
  });

  it('a column without a name that holds something is told by its letter; one that holds nothing is none', async () => {
    expect(await faultsIn('fullName,email,,\nA B,a@acme.example,,\nC D,c@acme.example,,lost')).to.deep.equal([
      { line: 3, column: 'D', message: 'fields.csv_column_unnamed' },
    ]);
    expect((await peopleIn('fullName,,email,,,\nA B,,a@acme.example,,,\n,,,,,\n')).people).to.have.length(1);
    expect(await faultsIn(';;;\n;;;\n')).to.deep.equal([{ message: 'fields.csv_empty' }]);
    expect(await faultsIn('')).to.deep.equal([{ message: 'fields.csv_empty' }]);
  });

  it('the file of people that is exported comes in again, in every language, but for its status', async () => {
    const given = [
      { firstName: '=Formula', lastName: 'O’Neill, -Jr.', email: 'formula@acme.example' },
      { firstName: 'Sukarno', lastName: '', username: 'sukarno' },
      { firstName: 'Ana Maria', lastName: 'Luz', email: 'luz@münchen.example', role: 'administrator' as const },
    ];
    for (const one of given) await createUser(store.scope, { role: 'regular', status: 'activated', ...one });
    for (const locale of ['en', 'es', 'pt-BR']) {
      const id = await startUserExport(own, {}, locale);
      await userExport.run(own, await getOperation(own, id), { exportWords: (asked: string) => exportWords(i18n, asked) });
      const file = await text(openFile(own, id));
      // into the other company, where nobody has these names
      const elsewhere = actingFor(store.other, await store.person({ role: 'administrator' }));
      const taken = new Set(['root@other.example']);
      const { rows, unused } = await peopleIn(file, elsewhere);
      expect(unused, locale).to.have.length(1);
      for (const { firstName, lastName, role = 'regular', ...login } of given) {
        const { person } = rows.find((row) => (row.person.email ?? row.person.username) === (login.email ?? login.username))!;
        expect(`${person.firstName} ${person.lastName}`.trim(), locale).to.equal(`${firstName} ${lastName}`.trim());
        expect(person).to.include({ role, ...login });
      }
      expect(rows.every(({ person }) => !taken.has(person.email ?? ''))).to.equal(true);
      // beside those who have them, each is told
      const beside = await draft(file);
      expect('faults' in beside && beside.faults.every(({ message }) => message === 'fields.taken')).to.equal(true);
    }
  });
});
