import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { setUpApp, totpCode } from '../../test/support/second-factor.ts';
import { fillSignIn } from '../../test/support/server.ts';
import { answerPasskey, createSoftwarePasskey } from '../../test/support/software-passkey.ts';
import { LightJar } from './light-jar.ts';
import { rate } from './load.ts';
import { password } from './sign-in.ts';
import { sendOnWire } from './wire.ts';

const stepMs = 30_000;

/** Each code counts once, and one step before and after now are taken: three sign-ins a person in half a minute. */
type Person = { login: string; secret: string; lastStep: number };

const open = async (base: string, login: string): Promise<LightJar> => {
  const jar = new LightJar(sendOnWire);
  const page = await fillSignIn(jar, await jar.follow(`${base}/launchpad`), login, password);
  if (!page.url.endsWith('/launchpad')) throw new Error(`${login}: ${page.url}`);
  return jar;
};

/** People with an authenticator app, set up as they would. */
export async function enrolApps(base: string, logins: string[]): Promise<Person[]> {
  const people: Person[] = [];
  const waiting = [...logins];
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (let login = waiting.pop(); login; login = waiting.pop()) {
        const jar = await open(base, login);
        const page = await jar.follow(`${base}/account/second-factors/new/totp`);
        const at = Date.now();
        const { secret, codes } = await setUpApp(jar, page, at);
        if (codes.length === 0) throw new Error(`${login}: no app was set up`);
        people.push({ login, secret, lastStep: Math.floor(at / stepMs) });
      }
    }),
  );
  return people;
}

/** Name and password, then the code: who has a code left. */
export function signInWithApp(base: string, people: Person[]): () => Promise<void> {
  return async () => {
    const step = Math.floor(Date.now() / stepMs);
    const person = people.shift();
    if (!person) throw new Error('nobody is left to sign in');
    people.push(person);
    // the step before now is taken only while it does not end on the way
    const isEarly = Date.now() % stepMs < stepMs - 10_000;
    const next = Math.max(person.lastStep + 1, isEarly ? step - 1 : step);
    if (next > step + 1) throw new Error('every code of everybody is used: raise the number of people');
    person.lastStep = next;
    const jar = new LightJar(sendOnWire);
    const page = await jar.follow(`${base}/launchpad`);
    const asked = await fillSignIn(jar, page, person.login, password);
    const { action, fields } = jar.form(asked, /second-factor$/);
    const answer = await jar.get(action, { form: { ...fields, code: totpCode(person.secret, next * stepMs) } });
    if (answer.status !== 303 || !/portaria_session/.test(answer.setCookie.join())) throw new Error(`second factor: ${answer.status}`);
  };
}

export async function enrolPasskeys(base: string, logins: string[]) {
  const passkeys: ReturnType<typeof createSoftwarePasskey>[] = [];
  for (const login of logins) {
    const jar = await open(base, login);
    const passkey = createSoftwarePasskey(new URL(base).origin);
    await answerPasskey(jar, await jar.follow(`${base}/account/second-factors/new/passkey`), passkey);
    passkeys.push(passkey);
  }
  return passkeys;
}

/** A passkey alone. One authenticator answers one question at a time: its counter rises. */
export function signInWithPasskey(base: string, passkeys: ReturnType<typeof createSoftwarePasskey>[]): (lane: number) => Promise<void> {
  return async (lane) => {
    const jar = new LightJar(sendOnWire);
    const page = await jar.follow(`${base}/launchpad`);
    const answer = await answerPasskey(jar, page, passkeys[lane]!, (url) => url.endsWith('/launchpad'));
    if (!/portaria_session/.test(answer.setCookie.join())) throw new Error(`passkey: ${answer.status} ${answer.text.slice(0, 200)}`);
  };
}

/** ECDSA P-256 verifications alone, on the thread pool. */
export function bareVerifications(seconds: number): Promise<number> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const data = Buffer.alloc(69, 1);
  const signature = sign('sha256', data, privateKey);
  return rate(
    seconds,
    16,
    () => new Promise((resolve, reject) => verify('sha256', data, publicKey, signature, (error) => (error ? reject(error) : resolve()))),
  );
}
