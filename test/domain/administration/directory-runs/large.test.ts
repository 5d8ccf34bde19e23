import { expect } from 'chai';
import { approveRun } from '../../../../src/domain/administration/directory-runs/index.ts';
import { FakeDirectory, lastRun, linkDirectory, readAgain, workOn } from '../../../support/directory-runs.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('directory runs: 20,000 people', () => {
  const store = useStore();

  it('takes seconds, and says how many', async () => {
    const { scope } = store;
    const fake = new FakeDirectory();
    const people = Array.from({ length: 20_000 }, (_, n) => fake.person(`Many Number${n}`));
    for (let g = 0; g < 400; g++)
      fake.group(
        `Many ${g}`,
        people.slice(g * 50, g * 50 + 75).map(({ dn }) => ({ dn })),
      );
    const directory = await linkDirectory(scope);
    let since = performance.now();
    const say = (what: string) => {
      console.log(`        ${what}: ${((performance.now() - since) / 1000).toFixed(1)} s`);
      since = performance.now();
    };
    await workOn(scope, directory, fake);
    say('read and planned');
    await approveRun(scope, (await lastRun(scope, directory)).runId);
    await workOn(scope, directory, fake);
    say('applied');
    expect(await lastRun(scope, directory)).to.include({ state: 'done', done: 50_375 });
    expect(await readAgain(scope, directory, fake, true)).to.include({ state: 'done', total: 0 });
    say('all of it read again');
    fake.change(...people.slice(0, 1000).map((one) => ({ ...one, attributes: { ...one.attributes, sn: ['Changed'] } })));
    expect(await readAgain(scope, directory, fake)).to.include({ state: 'done', total: 1000 });
    say('1,000 changes');
  }).timeout(300_000);
});
