import { LightJar } from './light-jar.ts';
import { sendOnWire } from './wire.ts';

export const password = 'a password for the bench';
export const people = 40;

/** What a person does: opens the Launchpad, is sent to the sign-in page, sends name and password. */
export async function signInAs(port: number, company: string, login: string, secret: string): Promise<void> {
  const jar = new LightJar(sendOnWire);
  const page = await jar.follow(`http://localhost:${port}/${company}/launchpad`);
  const form = jar.form(page, /sign-in\//);
  const answer = await jar.get(form.action, { form: { ...form.fields, login, password: secret } });
  if (answer.status !== 303) throw new Error(`sign-in: ${answer.status}`);
}

export const signInOnce = (port: number, n: number): Promise<void> => signInAs(port, 'bench', `person${n % people}`, password);
