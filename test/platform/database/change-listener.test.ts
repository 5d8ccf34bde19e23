import { expect } from 'chai';
import { ChangeListener, notifyChange } from '../../../src/platform/database/index.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { eventually } from '../../support/process.ts';

describe('platform/database: the listener for changes', () => {
  it('holds one connection however often it was lost, hears again, and leaves none', async () => {
    const { url, open, drop } = await createTestDatabase();
    const database = open();
    const listeners = () =>
      database.knex('pg_stat_activity').where({ application_name: 'portaria listener' }).whereRaw('datname = current_database()');
    const listener = new ChangeListener(url);
    const heard: string[] = [];
    listener.onChange((subject) => heard.push(subject));
    const others: (string | undefined)[] = [];
    listener.hear('another_channel', (notice) => others.push(notice));
    try {
      await listener.start();
      for (let lost = 0; lost < 3; lost++) {
        const [{ pid }] = await listeners().select('pid');
        await database.knex.raw('SELECT pg_terminate_backend(?)', [pid]);
        await eventually(async () =>
          expect((await listeners().select('pid')).map((row) => row.pid))
            .to.have.length(1)
            .and.not.include(pid),
        );
        await eventually(async () => expect(listener.isTrusted).to.equal(true));
      }
      // a second one would have come within the same moment
      await notifyChange(database.knex, 'subject');
      await eventually(async () => expect(heard.at(-1)).to.equal('subject'));
      expect(heard.filter((one) => one === 'subject')).to.have.length(1);
      expect(others, 'after each loss some may have been missed').to.deep.equal(Array(4).fill(undefined));
      await database.knex.raw("SELECT pg_notify('another_channel', 'a notice')");
      await eventually(async () => expect(others.at(-1)).to.equal('a notice'));
      expect(heard).not.to.include('a notice');
      expect(await listeners().select('pid')).to.have.length(1);
    } finally {
      await listener.close();
      await eventually(async () => expect(await listeners().select('pid')).to.deep.equal([]));
      await database.close();
      await drop();
    }
  });
});
