import { type Command, withStore } from './command.ts';

export const migrateCommand: Command = {
  words: 'migrate',
  writes: { inSteps: true, look: 'Run it again: it goes on with the rest.' },
  summary: 'Brings the database schema up to date (a server does so itself when it starts)',
  usage: 'migrate',
  examples: ['migrate', 'migrate --json'],
  run: (invocation) =>
    withStore(
      invocation,
      async ({ store: { migrated } }) => ({
        text: migrated.length === 0 ? 'The schema is up to date.' : `Ran:\n${migrated.map((name) => `  ${name}`).join('\n')}`,
        data: { migrated },
      }),
      { mayMake: true },
    ),
};
