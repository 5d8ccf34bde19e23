import type { Jar } from '../../support/jar.ts';
import { pause } from '../../support/patience.ts';
import { authorize, authorizeForCode, codeOf, type Ending, type Params } from '../suite/authorize.ts';
import type { Check, Notes } from '../suite/outcome.ts';
import { exchange } from '../suite/tokens.ts';
import { claimsOf, listOf, type World } from '../suite/world.ts';

const core = 'OpenID Connect Core §3.1.2.1';

/** One authorization after another in one browser, and what the second ID token says beside the first. */
async function twice(world: World, notes: Notes, jar: Jar, first: Params, second: Params) {
  const before = await authorize(world, notes, jar, first);
  const tokens = await exchange(world, notes, codeOf(before), before.request.nonce);
  // times are in seconds
  const signedInAt = Number(claimsOf(tokens.id_token).auth_time ?? claimsOf(tokens.id_token).iat);
  while (Date.now() / 1000 < signedInAt + 2) await pause(50);
  const hint = second.id_token_hint === '' ? { id_token_hint: tokens.id_token } : {};
  const after = await authorize(world, notes, jar, { ...second, ...hint });
  const again = await exchange(world, notes, codeOf(after), after.request.nonce);
  return { before: claimsOf(tokens.id_token), after: claimsOf(again.id_token), signIns: after.signIns };
}

/** Errors by which a provider says that it cannot go on without a page (Core §3.1.2.6). */
export function expectLoginRequired(notes: Notes, { returned, page }: Ending): void {
  const allowed = ['login_required', 'interaction_required', 'consent_required', 'account_selection_required'];
  const error = returned?.get('error');
  notes.must(
    Boolean(error && allowed.includes(error)),
    `prompt=none is answered by one of ${allowed}`,
    error ?? `${page.status} ${page.url}`,
  );
}

export const sessionChecks: Check<World>[] = [
  {
    name: 'prompt=login asks again, and auth_time moves',
    source: core,
    async run(world, notes) {
      const { before, after, signIns } = await twice(
        world,
        notes,
        world.newJar(),
        { max_age: '10000' },
        { prompt: 'login', max_age: '10000' },
      );
      notes.must(signIns === 1, 'the person signs in again', signIns);
      notes.must(after.sub === before.sub, 'the same person');
      notes.must(Number(after.auth_time) > Number(before.auth_time), 'auth_time is later', [before.auth_time, after.auth_time]);
    },
  },
  {
    name: 'prompt=none where nobody is signed in',
    source: `${core}, §3.1.2.6`,
    async run(world, notes) {
      expectLoginRequired(notes, await authorize(world, notes, world.newJar(), { prompt: 'none' }));
    },
  },
  {
    name: 'prompt=none where somebody is',
    source: core,
    async run(world, notes) {
      const { before, after, signIns } = await twice(
        world,
        notes,
        world.newJar(),
        { max_age: '10000' },
        { prompt: 'none', max_age: '10000' },
      );
      notes.must(signIns === 0, 'silent', signIns);
      notes.must(after.sub === before.sub && after.auth_time === before.auth_time, 'same person, same time', [before, after]);
    },
  },
  {
    name: 'max_age=1 asks again after a second',
    source: core,
    async run(world, notes) {
      const { before, after, signIns } = await twice(world, notes, world.newJar(), {}, { max_age: '1' });
      notes.must(signIns === 1, 'the person signs in again', signIns);
      notes.must(typeof after.auth_time === 'number', 'auth_time is there', after.auth_time);
      notes.must(Number(after.auth_time) > Number(before.auth_time ?? before.iat), 'and later', [before.auth_time, after.auth_time]);
    },
  },
  {
    name: 'max_age=10000 does not',
    source: core,
    async run(world, notes) {
      const { before, after, signIns } = await twice(world, notes, world.newJar(), { max_age: '10000' }, { max_age: '10000' });
      notes.must(signIns === 0, 'nobody is asked', signIns);
      notes.must(typeof after.auth_time === 'number' && after.auth_time === before.auth_time, 'auth_time is the same', after.auth_time);
    },
  },
  {
    name: 'id_token_hint with prompt=none',
    source: core,
    async run(world, notes) {
      const { before, after } = await twice(world, notes, world.newJar(), {}, { prompt: 'none', id_token_hint: '' });
      notes.must(after.sub === before.sub, 'the same person');
    },
  },
  {
    name: 'prompt=select_account and every other prompt that is offered',
    source: core,
    async run(world, notes) {
      const offered = listOf(world, 'prompt_values_supported').filter((one) => one !== 'none');
      notes.should(offered.includes('select_account'), 'select_account is offered', offered);
      for (const prompt of offered.filter((one) => one !== 'select_account' && one !== 'create')) {
        const { code, request } = await authorizeForCode(world, notes, { prompt });
        await exchange(world, notes, code, request.nonce);
      }
      const { returned } = await authorize(world, notes, world.newJar(), { prompt: 'select_account' });
      notes.must(Boolean(returned?.get('code')), 'select_account without a session signs in', returned?.get('error'));
    },
  },
];
