import { LightJar } from './light-jar.ts';
import { sendOnWire } from './wire.ts';

export const password = 'a password for the bench';
export const people = 40;

/** What a person does: opens the Launchpad, is sent to the sign-in page, sends name and password. */
export async function signInOnce(port: number, n: number): Promise<void> {
  const jar = new LightJar(sendOnWire);
  const page = await jar.follow(`http://localhost:${port}/bench/launchpad`);
  const form = jar.form(page, /sign-in\//);
  const answer = await jar.get(form.action, { form: { ...form.fields, login: `person${n % people}`, password } });
  if (answer.status !== 303) throw new Error(`sign-in: ${answer.status}`);
}
