/** Messages of single form fields, by field name; each value is a message key with the text of the reader's language. */
export type FieldErrors = Record<string, string>;

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
    this.supportCode = options.supportCode;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export const notFound = () => new AppError('not_found', 404);
export const invalidInput = (fields: FieldErrors, params?: Record<string, string | number>) =>
  new AppError('invalid_input', 422, { fields, params });
