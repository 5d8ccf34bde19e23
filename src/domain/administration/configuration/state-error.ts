import { showKey } from './looks-secret.ts';

/** `steps` is the path name by name and place by place; what stands in no file has none. */
export type StateFault = {
  path: string;
  steps?: readonly PropertyKey[];
  message: string;
  params?: Record<string, string | number>;
  /** What the objects are called that it leads through. */
  of?: string;
  /** What the file has there, as it is written, where that is no secret. */
  found?: string;
};

/** The file does not fit: every fault by its path, such as contexts[0].users[2].emial. */
export class StateError extends Error {
  /** `message` is a sentence, or a message key with its `params`. */
  readonly faults: StateFault[];
  constructor(faults: StateFault[]) {
    super(faults.map(({ path, message }) => `${path}: ${message}`).join('\n'));
    this.faults = faults;
  }
}

export const faultAt = (steps: readonly PropertyKey[], message: string, params?: StateFault['params']): StateFault => ({
  path: pathOf(steps),
  steps,
  message,
  ...(params && Object.keys(params).length > 0 ? { params } : {}),
});

const partOf = (step: PropertyKey, index: number): string => {
  if (typeof step === 'number') return `[${step}]`;
  const name = showKey(String(step));
  // a name with a dot of its own would look like two
  if (/[.[\]\s"]/.test(name)) return `[${JSON.stringify(name)}]`;
  return `${index > 0 ? '.' : ''}${name}`;
};

export const pathOf = (path: readonly PropertyKey[]): string => (path.length === 0 ? 'the file' : path.map(partOf).join(''));
