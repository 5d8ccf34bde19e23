import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../', import.meta.url));
type Manifest = { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string>; version: string };
const read = (file: string) => JSON.parse(readFileSync(root + file, 'utf8'));
const product: Manifest = read('package.json');
const { packages }: { packages: Record<string, Manifest> } = read('package-lock.json');

/** Where Node finds a package that `from` asks for: beside it, or further up. */
function placeOf(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    const place = `${folder && `${folder}/`}node_modules/${name}`;
    if (packages[place]) return place;
    if (!folder) return undefined;
  }
}

/** Every place in the lock file that the product reaches without what is for development. */
function placesOfProduct(): Set<string> {
  const reached = new Set<string>();
  const visit = (place: string): void => {
    const { dependencies, optionalDependencies } = packages[place]!;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const next = placeOf(name, place);
      if (!next || reached.has(next)) continue;
      reached.add(next);
      visit(next);
    }
  };
  visit('');
  return reached;
}

describe('packages', () => {
  it('the product carries none that only the examples use', () => {
    const ofProduct = placesOfProduct();
    expect([...ofProduct]).to.include.members(['node_modules/koa', 'node_modules/argon2', 'node_modules/koa-compose']);
    const ofExamples = globSync('examples/*/package.json', { cwd: root }).flatMap((file) => Object.keys(read(file).dependencies));
    expect(ofExamples).to.include.members(['openid-client', '@node-saml/node-saml']);
    const direct = Object.keys(product.dependencies!);
    expect(ofExamples.filter((name) => !direct.includes(name) && ofProduct.has(`node_modules/${name}`))).to.deep.equal([]);
  });

  it('those whose insides we use, and those that are betas, are pinned to one version', () => {
    const all = { ...product.dependencies, ...product.optionalDependencies };
    const pinned = Object.entries(all).filter(([name, range]) => name === 'graphile-worker' || /beta/.test(range));
    expect(pinned.length).to.be.greaterThan(1);
    for (const [name, range] of pinned) expect(packages[`node_modules/${name}`]!.version, name).to.equal(range);
  });
});
