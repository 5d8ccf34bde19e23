import { once } from 'node:events';
import type { Ending, Figures, ToChild, ToSupervisor } from './messages.ts';

/** What a supervised process knows of the others, and asks of its supervisor. */
export type Siblings<Orders = unknown> = {
  orders: Orders;
  /** Why the port as a whole is not ready, or undefined. */
  missing(): string | undefined;
  tellReady(): void;
  onStop(handler: (ending: Ending) => void): void;
  /** Whether it was told to. */
  isStopping(): boolean;
  /** Of all processes together. */
  allFigures(): Promise<string>;
  /** Before this process ends: what it has counted. */
  leave(figures: Figures): Promise<void>;
  /** To every process of the port, this one too. */
  passOn(what: unknown): void;
  onPassed(handler: (what: unknown) => void): void;
};

/** The supervisor is gone, so nobody reads this. */
const tell = (message: ToSupervisor): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send!(message, undefined, undefined, () => resolve());
    else resolve();
  });

/** Reports to the supervisor that forked this process, and waits for its orders. @param figures of this process */
export async function joinSiblings<Orders>(figures: () => Promise<Figures>): Promise<Siblings<Orders>> {
  let missing: string | undefined;
  let asks = 0;
  let ending: Ending | undefined;
  const waiting = new Map<number, (text: string | undefined) => void>();
  const stopHandlers: ((ending: Ending) => void)[] = [];
  const passedHandlers: ((what: unknown) => void)[] = [];
  const begun = new Promise<Orders>((resolve) =>
    process.on('message', (message: ToChild<Orders>) => {
      if (message.say === 'begin') resolve(message.orders);
      if (message.say === 'begin' || message.say === 'siblings') missing = message.missing;
      if (message.say === 'stop') {
        ending = message.ending;
        for (const handler of stopHandlers) handler(ending);
      }
      if (message.say === 'tell-figures') void figures().then((own) => tell({ say: 'figures', ask: message.ask, figures: own }));
      if (message.say === 'all-figures') waiting.get(message.ask)?.(message.text);
      if (message.say === 'passed-on') for (const handler of passedHandlers) handler(message.what);
    }),
  );
  void tell({ say: 'hello' });
  return {
    orders: await begun,
    missing: () => missing,
    tellReady: () => void tell({ say: 'ready' }),
    onStop(handler) {
      stopHandlers.push(handler);
      if (ending) handler(ending);
    },
    isStopping: () => ending !== undefined,
    async allFigures() {
      asks += 1;
      const ask = asks;
      const text = new Promise<string>((resolve, reject) =>
        waiting.set(ask, (added) => (added === undefined ? reject(new Error('the figures could not be added up')) : resolve(added))),
      );
      void tell({ say: 'ask-all-figures', ask });
      return text.finally(() => waiting.delete(ask));
    },
    leave: async (own) => void (await Promise.race([tell({ say: 'last-figures', figures: own }), once(process, 'disconnect')])),
    passOn: (what) => void tell({ say: 'pass-on', what }),
    onPassed: (handler) => void passedHandlers.push(handler),
  };
}
