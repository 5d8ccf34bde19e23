import { ConfigError } from '../config/index.ts';
import { createVoice } from '../platform/log/index.ts';

/** Says why a process does not start. @returns its exit code */
export function sayFailure(error: unknown, who = 'Portaria'): number {
  const { fail } = createVoice();
  if (error instanceof ConfigError) fail(error.message, error.faults);
  else fail(`${who} does not start: ${(error as Error).message}`);
  return error instanceof ConfigError ? 78 : 1;
}
