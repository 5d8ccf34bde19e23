// The limit of password sign-ins: argon2id verifications alone, as many at once as the server allows itself.
import { availableParallelism } from 'node:os';
import { createPasswordHasher, loadPasswordEngine, readPassword } from '../../src/platform/crypto/index.ts';

const seconds = Number(process.argv[2]);
const hasher = createPasswordHasher(0, 1000, await loadPasswordEngine());
const password = readPassword('a password for the bench');
const stored = await hasher.hash(password);
let done = 0;
const end = performance.now() + seconds * 1000;
const start = performance.now();
await Promise.all(
  Array.from({ length: availableParallelism() * 4 }, async () => {
    while (performance.now() < end) {
      await hasher.verify(password, stored);
      done++;
    }
  }),
);
process.stdout.write(String(done / ((performance.now() - start) / 1000)));
