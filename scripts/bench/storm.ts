// People who sign in as fast as the server lets them.
import { rate } from './load.ts';
import { signInOnce } from './sign-in.ts';

const [port = 0, seconds = 0, concurrency = 0] = process.argv.slice(2).map(Number);
await rate(seconds, concurrency, (lane) => signInOnce(port, lane));
