import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { send } from './jar.ts';
import { isOver, pause } from './patience.ts';

const python = '/usr/bin/python3';
const program = fileURLToPath(new URL('../interop/python/pysaml2_server.py', import.meta.url));

export type Pysaml2Settings = { port: number; idpMetadata: string; key: string; certificate: string };
type Pysaml2 = { url: string; output(): string; stop(): Promise<void> };

/** A real service provider by pysaml2, whose first page says who is signed in. */
export async function startPysaml2({ port, idpMetadata, key, certificate }: Pysaml2Settings): Promise<Pysaml2> {
  const folder = mkdtempSync(join(tmpdir(), 'portaria-pysaml2-'));
  const url = `http://127.0.0.1:${port}`;
  for (const [name, content] of Object.entries({ 'sp.key': key, 'sp.crt': certificate, 'idp.xml': idpMetadata }))
    writeFileSync(`${folder}/${name}`, content);
  const child = spawn(python, [program], { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  child.stdin.end(JSON.stringify({ url, port, folder }));
  async function stop(): Promise<void> {
    if (child.exitCode === null && !child.signalCode) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  }
  for (const begun = performance.now(); ; ) {
    const up = await send(`${url}/md`).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (up) return { url, output: () => output, stop };
    if (child.exitCode !== null || isOver(begun, 20_000)) {
      await stop();
      throw new Error(`pysaml2 does not serve\n${output}`);
    }
    await pause(50);
  }
}
