// People who sign in: at a steady rate whatever the answers take, or (rate 0) as fast as the server lets `concurrency` of them. Where passwords come faster than the
// machine can hash them the server turns people away (503): that is its answer to a storm, and they are counted.
import { setTimeout as sleep } from 'node:timers/promises';
import { rate } from './load.ts';
import { signInOnce } from './sign-in.ts';

const [port = 0, seconds = 0, concurrency = 0, perSecond = 0] = process.argv.slice(2).map(Number);
let turnedAway = 0;
const tryToSignIn = (n: number) =>
  signInOnce(port, n).catch((error: Error) => {
    if (!error.message.endsWith('503')) throw error;
    turnedAway++;
  });
if (perSecond === 0) await rate(seconds, concurrency, tryToSignIn);
else {
  const start = performance.now();
  const signIns: Promise<void>[] = [];
  for (let n = 0; n < seconds * perSecond; n++) {
    await sleep(Math.max(0, start + (n * 1000) / perSecond - performance.now()));
    signIns.push(tryToSignIn(n));
  }
  await Promise.all(signIns);
}
if (turnedAway > 0) process.stderr.write(`${turnedAway} sign-ins were turned away: the machine hashes no faster\n`);
