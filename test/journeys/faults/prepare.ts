import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { changeSettings } from '../../../src/domain/company/context-settings/index.ts';
import { addDirectory, directoryRules } from '../../../src/domain/people/directories/index.ts';
import { findGroupByName } from '../../../src/domain/people/groups/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { inTransaction, type UserId } from '../../../src/domain/scope.ts';
import { changePolicy, confirmPolicy, enrolFactor } from '../../../src/domain/sign-in/authentication/index.ts';
import { startTotp } from '../../../src/domain/sign-in/credentials/totp/index.ts';
import { loadPolicy } from '../../../src/domain/sign-in/sign-in-policy/index.ts';
import { createCertificate } from '../../../src/platform/saml/index.ts';
import { addTestDirectory, importEntries, personEntry } from '../../support/directory-entries.ts';
import { answerOf, placeAt } from '../../support/factors.ts';
import { password } from '../../support/faults.ts';
import { linkTo } from '../../support/network.ts';
import { makeKeys } from '../../support/saml.ts';
import { totpCode } from '../../support/second-factor.ts';
import type { TestServer } from '../../support/server.ts';

export const spKeys = makeKeys();
/** Of a service provider that nobody has renewed. */
function endedCertificate(): string {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const day = 86_400_000;
  const [notBefore, notAfter] = [new Date(Date.now() - 400 * day), new Date(Date.now() - 30 * day)];
  return createCertificate(privateKey, publicKey, 'RS256', { commonName: 'ended', notBefore, notAfter, serialNumber: randomBytes(8) });
}

export const acs = 'http://127.0.0.1:9/acs';

/** Each of these people has one fault; their group has a rule of its own where it is a rule's. */
const people = [
  'wrong',
  'blocked',
  'deactivated',
  'planned',
  'usedup',
  'plain',
  'night',
  'elsewhere',
  'keys',
  'totp',
  'recovery',
  'expired',
  'away',
  'netwrong',
  'netlocked',
  'ended',
  'terms',
  'forged',
  'silent',
];
const groups = { Night: ['night'], Elsewhere: ['elsewhere'], Keys: ['keys'], Aged: ['expired'] };

const saml = (code: string, more: Record<string, unknown> = {}, application: Record<string, unknown> = {}) => ({
  code,
  name: `SAML ${code}`,
  navigable: true,
  saml: { entityId: `https://${code}.example`, assertionConsumerServices: [{ url: acs }], ...more },
  ...application,
});
const oidc = (code: string, redirectUri: string, more: Record<string, unknown> = {}, application: Record<string, unknown> = {}) => ({
  code,
  name: `OIDC ${code}`,
  navigable: true,
  oidc: { client_id: code, client_secret: `${code}-secret-that-is-long-enough`, redirect_uris: [redirectUri], ...more },
  ...application,
});

export type Prepared = { away: string; answered: { directoryId: string; token: string }; totpSecret: string; recoveryCode: string };

/** Everything that is set up before the server process starts, so that it never has an older picture. */
export async function prepare(server: TestServer): Promise<Prepared> {
  const scope = await server.scope();
  const { redirectUri } = server;
  await server.apply({
    contexts: [
      {
        code: 'acme',
        name: 'Acme S.A.',
        users: [
          ...people.map((name) => ({ email: `${name}@acme.example`, firstName: name, lastName: 'Fault', password })),
          { username: 'nomail', firstName: 'nomail', lastName: 'Fault', password },
          { email: 'invited@acme.example', firstName: 'invited', lastName: 'Fault' },
        ],
        groups: Object.entries(groups).map(([name, members]) => ({ name, members: members.map((one) => `${one}@acme.example`) })),
        applications: [
          oidc('closed', redirectUri, {}, { navigable: false }),
          oidc('lent', redirectUri, {}, { navigable: false, assignedTo: { groups: [], users: ['plain@acme.example'] } }),
          oidc('off', redirectUri, {}, { enabled: false }),
          oidc('ending', redirectUri, { client_secret_expires_at: 1_700_000_000 }),
          oidc('one', redirectUri),
          oidc('two', redirectUri),
          oidc('three', redirectUri),
          oidc('four', redirectUri),
          oidc('five', redirectUri),
          oidc('six', redirectUri),
          saml('wiki'),
          saml('strict', { requireSignedRequests: true, signingCertificates: [spKeys.certificate] }),
          saml('endedcert', { requireSignedRequests: true, signingCertificates: [endedCertificate()] }),
          saml('nolaunch', { refuseLaunch: true }),
          saml('formats'),
          saml('offsaml', {}, { enabled: false }),
          saml('byname', { nameIdFormat: 'emailAddress' }),
          saml('strong'),
        ],
      },
    ],
  });
  const idOf = async (name: string) => (await findUserByLogin(scope, `${name}@acme.example`))!.userId;
  await scope
    .db('passwords')
    .where({ user_id: await idOf('expired') })
    .update({ changed_at: new Date(Date.now() - 40 * 86_400_000) });
  await scope
    .db('users')
    .where({ user_id: await idOf('invited') })
    .update({ status: 'invited' });
  await setRules(scope);
  await changeSettings(scope, directoryRules, { signIn: true }, 0);
  const { directory: away } = await addDirectory(scope, { name: 'Silent directory' });
  const answered = await addDirectory(scope, { name: 'Headquarters' });
  for (const name of ['away']) await linkTo(scope, away.directoryId, await idOf(name));
  for (const name of ['netwrong', 'netlocked']) await linkTo(scope, answered.directory.directoryId, await idOf(name));
  const waiting = await addTestDirectory(scope);
  const entries = ['pending', 'rejected'].map((name) =>
    personEntry({ attributes: { mail: [`${name}@acme.example`], samaccountname: [name] } }),
  );
  await importEntries(scope, waiting, entries);
  await scope.db('directory_entries').where({ entry_id: entries[1]!.entryId }).update({ state: 'rejected' });
  const { secret: totpSecret } = await enrol(server, await idOf('totp'));
  const { codes } = await enrol(server, await idOf('recovery'));
  return {
    away: away.directoryId,
    answered: { directoryId: answered.directory.directoryId, token: answered.token },
    totpSecret,
    recoveryCode: codes[0]!,
  };
}

async function enrol(server: TestServer, userId: UserId): Promise<{ secret: string; codes: string[] }> {
  const scope = await server.scope();
  const { secret, sealed } = startTotp(scope, userId, { company: 'Acme', login: 'x' });
  const enrolled = await inTransaction(scope, (inside) =>
    enrolFactor(inside, userId, {
      kind: 'totp',
      place: placeAt(server),
      answer: answerOf({ offer: sealed, code: totpCode(secret) }),
      name: 'Phone',
    }),
  );
  return { secret, codes: enrolled!.codes };
}

async function setRules(scope: Awaited<ReturnType<TestServer['scope']>>): Promise<void> {
  const groupId = async (name: string) => (await findGroupByName(scope, name))!.groupId;
  const another = ((new Date().getUTCDay() + 2) % 7) + 1;
  const rule = async (group: string, more: object) => ({
    overrideId: crypto.randomUUID(),
    for: { kind: 'group', groupId: await groupId(group) },
    ...more,
  });
  const overrides = [
    await rule('Night', { hours: { days: [another], from: '02:00', to: '02:01', timeZone: 'UTC' } }),
    await rule('Elsewhere', { networks: ['192.0.2.0/24'] }),
    // no browser can use one at an address without a name
    await rule('Keys', { secondFactor: { demand: 'required', factors: ['passkey'] } }),
    await rule('Aged', { password: { expiryDays: 30 } }),
  ];
  const { version } = await loadPolicy(scope);
  const { outcome } = await changePolicy(scope, { base: {}, overrides }, version);
  if (outcome === 'on-trial') await confirmPolicy(scope, version + 1);
}
