import { expect } from 'chai';
import { Cache, measureCaches } from '../../src/platform/cache/index.ts';
import { modules, read } from './sources.ts';

/** What grows while a process lives and is no cache: it holds what is under way, or has as many members as our own sources. */
const growing = new Set([
  'src/domain/administration/directory-runs/reading-turns.ts #reading #slowUntil #waiting', // companies whose directories are being read
  'src/domain/people/directory-requests/asking.ts #asked', // asks that wait for an answer
  'src/domain/people/directory-requests/serving.ts #agents #held #hungry', // agents that are connected
  'src/domain/records/address-limits/address-limits.ts #reading #underWay #waiting', // reads and requests
  'src/domain/records/refusals/join.ts #lanes', // what is being written
  'src/domain/people/profiles/photo.ts underWay', // uploads, one a person
  'src/domain/sign-in/authentication/take-attempt.ts underWay', // attempts
  'src/domain/sign-in/credentials/directory-password/verifiers.ts making', // passwords that are being hashed
  'src/platform/cache/cache.ts figures', // by name of cache
  'src/platform/cluster/add-up-figures.ts #latest', // processes of this port
  'src/platform/cluster/supervisor.ts #asked #children', // processes of this port
  'src/platform/crypto/key-ring.ts #former', // former keys of fingerprints
  'src/platform/database/change-listener.ts #handlers #others', // who listens
  'src/platform/jobs/live-workers.ts #missing', // workers that are gone, as long as it is not sure
  'src/platform/saml/read-xml.ts compiled', // two schemas
  'src/platform/saml/templates.ts templates', // samlify's own
  'src/web/admin-console/promotion/review-turn.ts underWay', // reviews
  'src/web/request/context-directory.ts #reads', // reads
  'src/web/smartsync/agent-line.ts #readings', // of one connection
  'src/web/smartsync/strangers.ts #networks', // connections
  'src/web/smartsync/switchboard.ts #changed #lines', // connections
]);

const sources = modules.map(({ file }) => ({ file, text: read(file) })).filter(({ file }) => !file.startsWith('src/smartsync/'));

describe('caches', () => {
  it('stand in platform/cache: nothing else uses lru-cache', () => {
    expect(sources.filter(({ text }) => /['"]lru-cache['"]/.test(text)).map(({ file }) => file)).to.deep.equal([
      'src/platform/cache/cache.ts',
    ]);
  });

  it('nothing else grows as long as a process lives', () => {
    const empty = /^(?:(?:export )?const | {2}(?:readonly )?)(#?\w+)(?:: [^=\n]+)? = new (?:Map|Set)(?:<.*>)?\(\);/gm;
    const found = sources.flatMap(({ file, text }) => {
      const names = [...text.matchAll(empty)].map(([, name]) => name!).sort();
      return names.length > 0 ? [`${file} ${names.join(' ')}`] : [];
    });
    expect(found).to.have.members([...growing]);
  });

  it('have names of their own, as the figures say them', () => {
    const names = sources.flatMap(({ text }) =>
      [...text.matchAll(/new Cache(?:<[^(]*>)?\(\{\s*name: '([^']*)'/g)].map(([, name]) => name!),
    );
    expect(names.length).to.be.greaterThan(20);
    expect(names.filter((name, i) => names.indexOf(name) !== i || !/^[a-z]+(_[a-z]+)*$/.test(name))).to.deep.equal([]);
  });

  it('drop what was used least lately, and count', () => {
    const cache = new Cache<number>({ name: 'of_this_test', max: 2 });
    const figures = () => measureCaches().find((one) => one.cache === 'of_this_test');
    for (const key of ['a', 'b']) cache.set(key, 1);
    expect(cache.get('a')).to.equal(1);
    cache.set('c', 1);
    expect([cache.get('b'), cache.get('a'), cache.get('c')]).to.deep.equal([undefined, 1, 1]);
    expect(figures()).to.deep.equal({ cache: 'of_this_test', entries: 2, hits: 3, misses: 1 });
    expect([cache.peek('nobody'), cache.size]).to.deep.equal([undefined, 2]);
    cache.clear();
    expect(figures()).to.include({ entries: 0, misses: 1 });
  });
});
