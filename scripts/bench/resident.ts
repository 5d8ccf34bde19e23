import { readFileSync } from 'node:fs';
import { sendByNode } from './light-jar.ts';

/** Memory of a process. After `collectGarbage` it is without what nobody needs any more, which is otherwise as much as the collector likes. */
export const residentMegabytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

/** @param inspector the port of the process's debugger (`--inspect`) */
export async function collectGarbage(inspector: number): Promise<void> {
  const [{ webSocketDebuggerUrl }] = JSON.parse((await sendByNode(`http://127.0.0.1:${inspector}/json/list`)).text);
  const socket = new WebSocket(webSocketDebuggerUrl);
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  for (let id = 1; id <= 3; id++) {
    const answered = new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }));
    socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
    await answered;
  }
  socket.close();
}
