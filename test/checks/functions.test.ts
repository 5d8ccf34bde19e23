import { expect } from 'chai';
import {
  type Declared,
  declaredInSlices,
  exportedFunctions,
  firstParameter,
  modules,
  namedByTestsOfSlices,
  namesIn,
  offeredBySlices,
  parametersOf,
  partsOf,
  typesIn,
} from './sources.ts';

const functions = exportedFunctions();
const mostParameters = 5;

describe('functions', () => {
  it('the first parameter of a use case is the scope', () => {
    const opensTransaction = ({ declared }: (typeof functions)[number]) =>
      [...partsOf(declared.body)].some(({ part }) => part.type === 'Identifier' && part.value === 'inTransaction');
    const useCases = functions.filter((one) => one.file.startsWith('src/domain/') && (one.isUseCase || opensTransaction(one)));
    expect(useCases.length).to.be.greaterThan(100);
    const wrong = useCases.filter((one) => {
      const first = firstParameter(one);
      const isScope = first?.value === 'scope' || typesIn(first).some((type) => ['Scope', 'Transaction', 'ServerScope'].includes(type));
      return !isScope && typesIn(first)[0] !== 'Applying';
    });
    expect(wrong.map(({ file, name }) => `${file}: ${name}`)).to.deep.equal([]);
  });

  it('a test of its slice names every use case; what a slice keeps to itself is tested by what it offers', () => {
    const declared = declaredInSlices().map((one) => ({ ...one, names: namesIn(one.body) }));
    const [offered, named] = [offeredBySlices(), namedByTestsOfSlices()];
    const isTested = ({ slice, name }: Declared, seen: string[] = []): boolean => {
      if (named.has(`${slice} ${name}`)) return true;
      if (offered.has(`${slice} ${name}`)) return false;
      const users = declared.filter((one) => one.slice === slice && one.names.has(name) && ![name, ...seen].includes(one.name));
      return users.some((one) => isTested(one, [...seen, name]));
    };
    const useCases = declared.filter(({ names }) => names.has('useCase') || names.has('inTransaction'));
    expect(useCases.length).to.be.greaterThan(100);
    expect(useCases.filter((one) => !isTested(one)).map(({ file, name }) => `${file}: ${name}`)).to.deep.equal([]);
  });

  it('a function of a store that asks the database takes the scope first, or the database where no company is known', () => {
    const inStores = functions.filter(({ file }) => /^src\/domain\/.*\/store\.ts$/.test(file));
    expect(inStores.length).to.be.greaterThan(80);
    const asks = ({ declared }: (typeof functions)[number]) =>
      [...partsOf(declared)].some(({ part }) => part.type === 'Identifier' && ['scope', 'db', 'database'].includes(String(part.value)));
    const wrong = inStores.filter(asks).filter((one) => {
      const [type = ''] = typesIn(firstParameter(one));
      return !['Scope', 'Transaction', 'Db', 'Database'].includes(type);
    });
    expect(wrong.map(({ file, name }) => `${file}: ${name}`)).to.deep.equal([]);
  });

  it('take at most five parameters', () => {
    const long = modules.flatMap(({ file, module }) =>
      [...partsOf(module.body)]
        .filter(({ part }) => (parametersOf(part)?.length ?? 0) > mostParameters)
        .map(({ part, name }) => `${file}: ${(part.identifier as { value?: string } | undefined)?.value ?? name}`),
    );
    expect(long).to.deep.equal([]);
  });

  it('`get…` never returns undefined, and `is…`, `has…` and `can…` return a boolean', () => {
    const typed = functions.filter(({ declared, isUseCase }) => !isUseCase && declared.returnType);
    const returns = (pattern: RegExp) => typed.filter(({ name }) => pattern.test(name));
    const [gets, asks] = [returns(/^get[A-Z]/), returns(/^(is|has|can)[A-Z]/)];
    expect([gets.length > 5, asks.length > 20]).to.deep.equal([true, true]);
    const named = (found: typeof typed) => found.map(({ file, name }) => `${file}: ${name}`);
    expect(named(gets.filter(({ declared }) => typesIn(declared.returnType).includes('undefined')))).to.deep.equal([]);
    expect(named(asks.filter(({ declared }) => !typesIn(declared.returnType).includes('boolean')))).to.deep.equal([]);
  });

  it('only processes act when they are loaded', () => {
    const acting = modules.filter(({ module }) => module.body.some(({ type }) => !/^(Import|Export|Ts)|Declaration$/.test(type)));
    expect(acting.map(({ file }) => file).filter((file) => !file.startsWith('src/processes/'))).to.deep.equal([
      'src/platform/database/database.ts',
      'src/platform/images/fit-image-worker.ts',
      'src/platform/saml/read-xml.ts',
    ]);
  });
});
