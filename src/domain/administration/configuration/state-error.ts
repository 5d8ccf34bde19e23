type StateFault = { path: string; message: string; params?: Record<string, string | number> };

/** The file does not fit: every fault by its path, such as contexts[0].users[2].emial. */
export class StateError extends Error {
  /** `message` is a sentence, or a message key with its `params`. */
  readonly faults: StateFault[];
  constructor(faults: StateFault[]) {
    super(faults.map(({ path, message }) => `${path}: ${message}`).join('\n'));
    this.faults = faults;
  }
}

export const pathOf = (path: readonly PropertyKey[]): string =>
  path.length === 0
    ? 'the file'
    : path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`)).join('');
