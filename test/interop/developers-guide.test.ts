import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Jar, send } from '../support/jar.ts';
import { clientSecret, fillSignIn, freePort, passwords, startTestServer } from '../support/server.ts';

describe('interop: the guide for application developers', () => {
  it('its Node example works as it is printed', async () => {
    const guide = readFileSync(new URL('../../docs/developers.md', import.meta.url), 'utf8');
    const program = /```js\n([\s\S]*?)```/.exec(guide)![1]!;
    const port = await freePort();
    const address = `http://localhost:${port}`;
    const server = await startTestServer({ redirectUri: `${address}/callback` });
    const file = fileURLToPath(new URL(`../example-${process.pid}.mjs`, import.meta.url)); // below the project, where its imports are found
    writeFileSync(file, program);
    const child = spawn(process.execPath, [file], {
      env: { ...process.env, ISSUER: server.issuer, CLIENT_ID: 'payroll', CLIENT_SECRET: clientSecret, ADDRESS: address },
      stdio: 'inherit',
    });
    try {
      for (let i = 0; i < 100; i++) {
        if (
          await send(address).then(
            () => true,
            () => false,
          )
        )
          break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const jar = new Jar();
      const page = await fillSignIn(jar, await jar.follow(address), 'jsilva', passwords.joao);
      expect(page.text).to.equal('Hello, João da Silva');
    } finally {
      child.kill();
      rmSync(file);
      await server.close();
    }
  });
});
