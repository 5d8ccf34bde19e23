import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Configuration,
  fileOf,
  resolveReferences,
  secretVariable,
} from '../../../../src/domain/administration/configuration/index.ts';
import { hostile } from '../../../support/companies.ts';

const anything = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('$', '{', '}', 'env:', 'A') }),
);
const env = (name: string) => `\${env:${name}}`;
const secretPath = 'contexts[0].applications[1].oidc.client_secret';

describe('domain/administration/configuration: references', () => {
  const known: Record<string, string> = {
    'env HOST': 'acme.example',
    'file notes/one.txt': 'line one\nline two',
    'env DOLLAR': env('HOST'),
  };
  const read = (kind: string, name: string) => (name === 'DATABASE_URL' ? { fault: 'fields.reference_server' } : known[`${kind} ${name}`]);
  const resolve = (value: unknown) => resolveReferences({ value }, read).value as { value: unknown };
  const faultsOf = (input: unknown) =>
    resolveReferences(input, read).faults.map(({ path, message, params }) => `${path} ${message} ${params!.name}`);

  it('stand anywhere in a text, and what they lead to is not read again', () => {
    expect(resolve(`https://${env('HOST')}/a?b=\${file:notes/one.txt}`).value).to.equal('https://acme.example/a?b=line one\nline two');
    expect(resolve(env('DOLLAR')).value).to.equal(env('HOST'));
    expect(resolve([{ deep: [env('HOST'), 1, null, true] }]).value).to.deep.equal([{ deep: ['acme.example', 1, null, true] }]);
  });

  it('that lead to nothing, or are of no kind, are told all at once by their path', () => {
    const file = { contexts: [{ name: env('NONE'), groups: [{ name: `\${file:none.txt}` }, { name: `\${vault:x}` }] }] };
    expect(faultsOf(file)).to.deep.equal([
      'contexts[0].name fields.reference_env NONE',
      'contexts[0].groups[0].name fields.reference_file none.txt',
      'contexts[0].groups[1].name fields.reference_kind x',
    ]);
  });

  it('to a client secret may lead to nothing: it is left out, and told; in a longer text it is a fault', () => {
    const file = (client_secret: string) => ({ contexts: [{ applications: [{}, { oidc: { client_id: 'a', client_secret } }] }] });
    const { value, unresolved } = resolveReferences(file(env('NONE')), read);
    expect(unresolved).to.deep.equal([{ path: secretPath, reference: env('NONE') }]);
    expect(JSON.parse(JSON.stringify(value)).contexts[0].applications[1].oidc).to.deep.equal({ client_id: 'a' });
    expect(faultsOf(file(`x${env('NONE')}`))).to.deep.equal([`${secretPath} fields.reference_env NONE`]);
    for (const [name, rule] of Object.entries({ DATABASE_URL: 'server', '': 'kind' }))
      expect(faultsOf(file(`x${env(name)}`))).to.deep.equal([`${secretPath} fields.reference_${rule} ${name}`]);
  });

  it('every text that an export writes comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(anything), (texts) => {
        const { contexts } = fileOf({ code: 'x', applications: [], texts } as unknown as Configuration);
        const refuse = (): never => expect.fail('a text was taken for a reference');
        const [back] = resolveReferences(contexts, refuse).value as { texts: string[] }[];
        expect(back!.texts).to.deep.equal(texts);
      }),
      { numRuns: 1000 },
    );
  });

  it('a text without a reference stays as it is', () => {
    for (const text of [`\${`, `\${user}`, '$', `\${ env:HOST }`, 'a $b']) expect(resolve(text).value).to.equal(text);
  });

  it('an export names a variable that a shell can set', () => {
    expect(secretVariable('3m-approval', 'a-b'))
      .to.match(/^[A-Z_][A-Z0-9_]*$/)
      .and.to.equal('CLIENT_SECRET_3M_APPROVAL_A_B');
  });
});
