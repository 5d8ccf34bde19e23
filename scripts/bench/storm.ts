// People who sign in: at a steady rate whatever the answers take, or (rate 0) as fast as the server lets `concurrency` of them.
import { setTimeout as sleep } from 'node:timers/promises';
import { rate } from './load.ts';
import { signInOnce } from './sign-in.ts';

const [port = 0, seconds = 0, concurrency = 0, perSecond = 0] = process.argv.slice(2).map(Number);
if (perSecond === 0) await rate(seconds, concurrency, (lane) => signInOnce(port, lane));
else {
  const start = performance.now();
  const signIns: Promise<void>[] = [];
  for (let n = 0; n < seconds * perSecond; n++) {
    await sleep(Math.max(0, start + (n * 1000) / perSecond - performance.now()));
    signIns.push(signInOnce(port, n));
  }
  await Promise.all(signIns);
}
