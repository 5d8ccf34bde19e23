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
  /** All that is wrong, more closely than `fields` says it; worked out for who sees no form. */
  readonly tellFaults: (() => readonly Fault[]) | undefined;
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
      tellFaults?: () => readonly Fault[];
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
    this.tellFaults = options.tellFaults;
    this.supportCode = options.supportCode;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export const notFound = () => new AppError('not_found', 404);

/** @param faults by field, or by path, whose first step is the field. @param tellFaults for who sees no form, where that says more */
export function invalidInput(
  faults: FieldErrors | readonly Fault[],
  params?: AppError['params'],
  tellFaults?: () => readonly Fault[],
): AppError {
  if (!isList(faults)) return new AppError('invalid_input', 422, { fields: faults, params, tellFaults });
  const fields = Object.fromEntries(faults.toReversed().map(({ path, message }) => [String(path[0]), message]));
  return new AppError('invalid_input', 422, { fields, params, tellFaults: tellFaults ?? (() => faults) });
}

const isList = (faults: FieldErrors | readonly Fault[]): faults is readonly Fault[] => Array.isArray(faults);

export const invalidTogether = (refused: readonly AppError[]): AppError =>
  invalidInput(Object.assign({}, ...refused.map(({ fields }) => fields)), Object.assign({}, ...refused.map(({ params }) => params)), () =>
    refused.flatMap(listFaults),
  );

/** Does all of them, whatever is refused. @throws AppError the one that was refused, or invalid_input with all that were */
export async function refuseTogether(checks: (() => unknown)[]): Promise<void> {
  const refused: AppError[] = [];
  for (const check of checks)
    try {
      await check();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push(error);
    }
  if (refused.length > 0) throw refused.length > 1 ? invalidTogether(refused) : refused[0];
}

/** Every fault by its path, as closely as it is known; where no field is to blame one with an empty path. */
export function listFaults({ code, fields = {}, tellFaults, params, publicMessage }: AppError): Fault[] {
  if (tellFaults) return [...tellFaults()];
  const named = Object.entries(fields);
  if (named.length === 0) return [{ path: [], message: publicMessage, params }];
  const isOne = code !== 'invalid_input' && named.length === 1;
  // of one field the error itself says more than "taken"
  return named.map(([field, message]) => ({ path: stepsOf(field), message: isOne ? publicMessage : message, params }));
}

const stepsOf = (field: string): PropertyKey[] => (field ? field.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)) : []);
