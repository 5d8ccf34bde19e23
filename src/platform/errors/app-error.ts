/** Messages of single form fields, by field name; each value is a message key with the text of the reader's language. */
export type FieldErrors = Record<string, string>;

/** One fault more closely than a form needs it: `path` as in what was given, `message` a message key with its own `params`. */
export type Fault = { path: PropertyKey[]; message: string; params?: Record<string, string | number> };

/**
 * A failure with a stable code, a sentence that is safe to show (a message key, `errors.<code>` when left out) and a private cause.
 * Expected outcomes of a decision are returned as tagged unions instead; a throw rolls the transaction back.
 */
export class AppError extends Error {
  readonly code: string;
  readonly status: number;
  readonly publicMessage: string;
  readonly fields: FieldErrors | undefined;
  readonly params: Record<string, string | number>;
  /** Of `fields`, those of which more is known. */
  readonly faults: readonly Fault[];
  /** Under which the audit has it already. */
  readonly supportCode: string | undefined;
  /** When it is worth trying again (RFC 9110 §10.2.3). */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: string,
    status: number,
    options: {
      publicMessage?: string;
      fields?: FieldErrors;
      cause?: unknown;
      params?: Record<string, string | number>;
      faults?: readonly Fault[];
      supportCode?: string;
      retryAfterSeconds?: number;
    } = {},
  ) {
    super(code, { cause: options.cause });
    this.code = code;
    this.status = status;
    this.publicMessage = options.publicMessage ?? `errors.${code}`;
    this.fields = options.fields;
    this.params = options.params ?? {};
    this.faults = options.faults ?? [];
    this.supportCode = options.supportCode;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export const notFound = () => new AppError('not_found', 404);
export const invalidInput = (fields: FieldErrors, params?: Record<string, string | number>, faults?: readonly Fault[]) =>
  new AppError('invalid_input', 422, { fields, params, faults });

/** Every fault by its path, as closely as it is known; where no field is to blame one with an empty path. */
export function listFaults({ code, fields = {}, faults, params, publicMessage }: AppError): Fault[] {
  const named = Object.entries(fields);
  if (named.length === 0) return [{ path: [], message: publicMessage, params }];
  const isTold = (field: string) => faults.some(({ path }) => String(path[0]) === field || path.join('.') === field);
  const others = named.filter(([field]) => !isTold(field));
  const isOne = code !== 'invalid_input' && named.length === 1;
  // of one field the error itself says more than "taken"
  return [...faults, ...others.map(([field, message]) => ({ path: stepsOf(field), message: isOne ? publicMessage : message, params }))];
}

const stepsOf = (field: string): PropertyKey[] => (field ? field.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)) : []);
