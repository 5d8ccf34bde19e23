import { useCase } from '../../scope.ts';
import { recordEvent } from './record-event.ts';

/** That the company is as a backup had it: what it did after that moment is gone from its audit, too. */
export const recordRestore = useCase(
  (scope, { takenAt, software }: { takenAt: string; software: string }): Promise<void> =>
    recordEvent(scope, { type: 'store.restored', details: { takenAt, software } }),
);
