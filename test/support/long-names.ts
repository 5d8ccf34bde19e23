import type { TestServer } from './server.ts';

const word = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamten';

/** Names as long as they may be, without a space, and from right to left, wherever company acme shows names. After `preparePages`. */
export async function giveLongNames(server: TestServer): Promise<void> {
  const long = `${word}gesellschaft`.slice(0, 80);
  await server.apply({
    contexts: [
      {
        code: 'acme',
        name: `${word} S.A.`,
        users: [
          { email: 'beatriz@acme.example', firstName: long, lastName: long },
          { email: `${'m'.repeat(64)}@${'acme-'.repeat(11)}.example.example`.replace('-.', '.'), firstName: 'محمد', lastName: 'الأمين' },
          { username: 'u'.repeat(150), firstName: '美咲', lastName: '山田' },
          { username: 'short', firstName: 'Li', lastName: '' },
        ],
        groups: [
          {
            name: `${word}gruppe`.slice(0, 100),
            description: word.repeat(3).slice(0, 200),
            members: ['beatriz@acme.example', 'u'.repeat(150)],
          },
        ],
        applications: [
          {
            code: 'long',
            launchUrl: 'https://app.acme.example/',
            name: `${word}gehaltsabrechnung`.slice(0, 100),
            category: word.slice(0, 50),
            description: word,
            assignedTo: { groups: ['Everyone'] },
          },
        ],
      },
    ],
  });
}
