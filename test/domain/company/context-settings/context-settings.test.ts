import { expect } from 'chai';
import { z } from 'zod';
import {
  changeSettings,
  createSettingsFinder,
  loadSettings,
  type SettingsKind,
} from '../../../../src/domain/company/context-settings/index.ts';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import { ChangeListener, jsonText, NoticedCache } from '../../../../src/platform/database/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { eventually } from '../../../support/process.ts';
import { useStore } from '../../../support/use-cases.ts';

const link = z.strictObject({ label: z.string(), address: z.string().default('') });
const schema = z.strictObject({
  greeting: z.string().default('Hello'),
  seats: z.coerce.number().max(10, 'fields.number_range').default(3),
  links: z.array(link).default([]),
  texts: z.partialRecord(z.enum(['en', 'es', 'pt-BR']), z.string()).default({}),
});
type Desk = z.output<typeof schema>;
/** Kinds that only these tests know. Each has its own name, so that no test sees what another wrote. */
const kindOf = (name: string): SettingsKind<Desk> => ({ name: `test-${name}`, schema });
const never: Desk = { greeting: 'Hello', seats: 3, links: [], texts: {} };

describe('domain/company/context-settings', () => {
  const store = useStore();
  /** Writes what lies in the store as another version of ours left it. */
  const keep = ({ db, contextId, clock }: Scope, { name }: SettingsKind<Desk>, value: unknown, version = 1) =>
    db('context_settings').insert({ context_id: contextId, kind: name, value: jsonText(value), version, changed_at: clock.now() });

  it('a company that never chose has the defaults, as version 0, and asking writes nothing', async () => {
    expect(await store.unchanged(() => loadSettings(store.scope, kindOf('fresh')))).to.deep.equal({ value: never, version: 0 });
    await store.unchanged(() => changeSettings(store.scope, kindOf('fresh'), {}, 0));
    await store.unchanged(() => changeSettings(store.scope, kindOf('fresh'), { seats: '3' }, 0));
  });

  it('a choice is kept with its version and recorded with what it was before; others, and other things, stay as they are', async () => {
    const [kind, neighbour] = [kindOf('kept'), kindOf('neighbour')];
    await changeSettings(store.other, kind, { greeting: 'Olá' }, 0);
    const first = await changeSettings(store.scope, kind, { greeting: 'नमस्ते सीता, 李, Zoë', seats: '7' }, 0);
    expect(first).to.deep.equal({ ...never, greeting: 'नमस्ते सीता, 李, Zoë', seats: 7 });
    expect(await loadSettings(store.scope, kind)).to.deep.equal({ value: first, version: 1 });
    const types = await store.eventsOf(() => changeSettings(store.scope, kind, { seats: 10 }, 1));
    expect(types).to.deep.equal(['settings.changed']);
    const after = { ...never, seats: 10 };
    expect(await loadSettings(store.scope, kind), 'what is not said is the default again').to.deep.equal({ value: after, version: 2 });
    const event = (await eventsOf(store.scope, { type: 'settings.changed' })).at(-1)!;
    expect(event).to.include({ reason: kind.name });
    expect(event.details).to.deep.equal({ before: first, after });
    expect(await loadSettings(store.scope, neighbour)).to.deep.equal({ value: never, version: 0 });
    expect(await loadSettings(store.other, kind)).to.deep.equal({ value: { ...never, greeting: 'Olá' }, version: 1 });
  });

  it('the same again is no change, in whatever order it is written', async () => {
    const kind = kindOf('same');
    const links = [{ label: 'Help', address: 'https://help.example' }, { label: 'News' }];
    const chosen = { links, texts: { 'pt-BR': 'Oi', es: 'Hola', en: 'Hi' } };
    await changeSettings(store.scope, kind, chosen, 0);
    await store.unchanged(() => changeSettings(store.scope, kind, chosen, 1));
    await store.unchanged(() => changeSettings(store.scope, kind, { texts: { es: 'Hola', en: 'Hi', 'pt-BR': 'Oi' }, links }, 1));
    const types = await store.eventsOf(() => changeSettings(store.scope, kind, { ...chosen, links: links.toReversed() }, 1));
    expect(types, 'of a list the order counts').to.deep.equal(['settings.changed']);
  });

  it('what another person changed since the editor looked is not overwritten', async () => {
    const kind = kindOf('stale');
    await changeSettings(store.other, kind, { seats: 1 }, 0);
    await store.refused('changed_meanwhile', () => changeSettings(store.scope, kind, { seats: 2 }, 1));
    await changeSettings(store.scope, kind, { seats: 4 }, 0);
    for (const version of [0, 2, -1])
      for (const input of [{ seats: 5 }, { seats: 4 }])
        await store.refused('changed_meanwhile', () => changeSettings(store.scope, kind, input, version));
  });

  it('of two who save at once the second is told, the first time and later', async () => {
    const kind = kindOf('race');
    for (const version of [0, 1]) {
      const second = await meanwhile(
        store,
        (inside) => changeSettings(inside, kind, { seats: 5 + version }, version),
        () => changeSettings(store.scope, kind, { seats: 7 + version }, version),
      );
      expect(second).to.equal('changed_meanwhile');
      expect(await loadSettings(store.scope, kind)).to.deep.equal({ value: { ...never, seats: 5 + version }, version: version + 1 });
    }
  });

  it('a fault names the setting by its path, and nothing is kept', async () => {
    const kind = kindOf('faults');
    const refused = (input: unknown) => store.refused('invalid_input', () => changeSettings(store.scope, kind, input, 0));
    expect(await refused({ seats: 11 })).to.deep.equal({ seats: 'fields.number_range' });
    expect(await refused({ links: [{ label: 'A' }, {}], colour: 'red' })).to.deep.equal({
      'links.1.label': 'fields.invalid',
      colour: 'fields.unknown',
    });
    expect(await refused({ links: [{ label: 'A', icon: 'x' }], texts: { fr: 'Salut' } })).to.deep.equal({
      'links.0.icon': 'fields.unknown',
      'texts.fr': 'fields.unknown',
    });
    for (const input of [undefined, null, 'text', []]) await refused(input);
  });

  it('what is asked of new values only does not take away what is kept already', async () => {
    const kind = kindOf('accepts');
    await changeSettings(store.scope, kind, { greeting: 'hello' }, 0);
    const isLoud = ({ greeting }: Desk) => greeting === greeting.toUpperCase();
    const stricter: SettingsKind<Desk> = { ...kind, accepts: schema.refine(isLoud, { path: ['greeting'], message: 'fields.invalid' }) };
    expect((await loadSettings(store.scope, stricter)).value.greeting).to.equal('hello');
    const faults = await store.refused('invalid_input', () => changeSettings(store.scope, stricter, { greeting: 'hey' }, 1));
    expect(faults).to.deep.equal({ greeting: 'fields.invalid' });
    await changeSettings(store.scope, stricter, { greeting: 'HEY' }, 1);
  });

  it('of what a newer version of Portaria kept, the rest is read; what cannot be read at all is as if never chosen', async () => {
    const [newer, unreadable] = [kindOf('newer'), kindOf('unreadable')];
    const kept = { seats: 8, colour: 'red', links: [{ label: 'A', icon: 'x' }, { label: 'B' }], texts: { fr: 'Salut', es: 'Hola' } };
    await keep(store.scope, newer, kept, 4);
    const value = { ...never, seats: 8, links: [link.parse({ label: 'A' }), link.parse({ label: 'B' })], texts: { es: 'Hola' } };
    expect(await store.unchanged(() => loadSettings(store.scope, newer))).to.deep.equal({ value, version: 4 });
    for (const [index, wrong] of [{ seats: 99 }, { seats: 99, colour: 'red' }, { links: {} }, 'text', null].entries()) {
      const kind = kindOf(`unreadable ${index}`);
      await keep(store.scope, kind, wrong, 2);
      expect(await loadSettings(store.scope, kind), JSON.stringify(wrong)).to.deep.equal({ value: never, version: 2 });
    }
    await keep(store.scope, unreadable, { seats: 'many' });
    await changeSettings(store.scope, unreadable, { seats: 9 }, 1);
    expect((await loadSettings(store.scope, unreadable)).value.seats).to.equal(9);
  });

  it('the choice and its event stand or fall together', async () => {
    const kind = kindOf('whole');
    await store.inOneTransaction((scope) => changeSettings(scope, kind, { seats: 5 }, 0));
    await changeSettings(store.scope, kind, { seats: 5 }, 0);
    await store.inOneTransaction((scope) => changeSettings(scope, kind, { seats: 6 }, 1));
  });

  it('pages have a choice from memory until another is committed, for each company and each thing by itself', async () => {
    const [kind, neighbour] = [kindOf('found'), kindOf('found too')];
    const listener = new ChangeListener(store.database.url);
    const heard: string[] = [];
    listener.onChange((subject) => heard.push(subject));
    await listener.start();
    try {
      const find = createSettingsFinder(store.database, new NoticedCache(listener, 10));
      const { contextId } = store.scope;
      const seats = async (of = kind, company = contextId) => (await find(company, of)).seats;
      await changeSettings(store.other, kind, { seats: 9 }, 0);
      await changeSettings(store.scope, neighbour, { seats: 8 }, 0);
      expect([await seats(), await seats(neighbour), await seats(kind, store.other.contextId)]).to.deep.equal([3, 8, 9]);
      await inTransaction(store.scope, async (inside) => {
        await changeSettings(inside, kind, { seats: 5 }, 0);
        expect(await seats(), 'not yet committed').to.equal(3);
      });
      await eventually(async () => expect(heard.filter((subject) => subject === contextId)).to.have.length(2));
      expect(await seats()).to.equal(5);
      await store.scope
        .db('context_settings')
        .where('kind', kind.name)
        .update('value', jsonText({ seats: 6 }));
      expect(await seats(), 'nobody told of it').to.equal(5);
      listener.isTrusted = false;
      expect(await seats(), 'while no notices arrive').to.equal(6);
    } finally {
      await listener.close();
    }
  });
});
