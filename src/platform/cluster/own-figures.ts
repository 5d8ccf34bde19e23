import { count, createFigures } from '../metrics/index.ts';
import type { Figures } from './messages.ts';

/** `silent`: of those that are ready, those that do not tell their figures. */
type States = Record<'ready' | 'missing' | 'silent', number>;

export const countFall = (): void => count('portaria_process_falls_total', {});

/** What the supervisor alone knows; of the server's processes it is the one that stays. */
const told = new Set(['portaria_processes', 'portaria_process_falls_total', 'process_start_time_seconds']);

/** To be put before those of the processes. */
export function ownFigures(states: () => States): () => Promise<Figures> {
  const read = () => ({ portaria_processes: Object.entries(states()).map(([state, value]) => ({ labels: { state }, value })) });
  const book = createFigures([{ names: ['portaria_processes'], read }]);
  return async () => (await book.values()).filter(({ name }) => told.has(name));
}
