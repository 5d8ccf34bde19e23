type JsonSchema = Record<string, unknown>;

/** Conditions of JSON Schema for `meta`: what a schema of ours asks by a function, told to editors as well. Our own reading leaves them out. */
export const where = (condition: JsonSchema, then: JsonSchema): JsonSchema => ({ if: { type: 'object', ...condition }, then });

/** The keys have just these values; one that is left out has none of them. */
export const whereKeysAre = (values: Record<string, readonly unknown[]>, then: JsonSchema): JsonSchema =>
  where(
    { properties: Object.fromEntries(Object.entries(values).map(([name, few]) => [name, { enum: few }])), required: Object.keys(values) },
    then,
  );

/** One of the keys, and only one. */
export const oneOfKeys = (...names: string[]): JsonSchema => ({ oneOf: names.map((name) => ({ required: [name] })) });

/** One of the sets of keys at least. */
export const someOfKeys = (...sets: string[][]): JsonSchema => ({ anyOf: sets.map((required) => ({ required })) });
