import type { WebSocket } from 'ws';

const most = 200;
const mostOfNetwork = 20;

/** Connections that have not yet proven whose they are. An agent needs a moment for it, so where there are too many the oldest goes, and none who comes is refused. */
export class Strangers {
  readonly #networks = new Map<WebSocket, string>();

  get size(): number {
    return this.#networks.size;
  }

  add = (socket: WebSocket, network: string): unknown => this.#networks.set(socket, network);
  forget = (socket: WebSocket): unknown => this.#networks.delete(socket);

  /**
   * For one more of this network (networkOf). Where it is full, the oldest of the network that has most goes: whoever opens many pushes out its own.
   * @param left so many connections the server can have besides
   */
  makeRoom(network: string, left: number): void {
    const counts = new Map<string, number>();
    for (const one of this.#networks.values()) counts.set(one, (counts.get(one) ?? 0) + 1);
    const isFull = (counts.get(network) ?? 0) >= mostOfNetwork;
    if (!isFull && this.size < Math.min(most, left)) return;
    const [crowd] = [...counts].reduce((more, one) => (one[1] > more[1] ? one : more), ['', 0]);
    this.#dropOldest(isFull ? network : crowd);
  }

  #dropOldest(network: string): void {
    const [oldest] = [...this.#networks].find(([, one]) => one === network) ?? [];
    if (!oldest) return;
    this.#networks.delete(oldest);
    oldest.terminate();
  }

  drop(): void {
    for (const socket of this.#networks.keys()) socket.terminate();
  }
}
