import type { z } from 'zod';
import type { FieldErrors } from '../../../platform/errors/index.ts';

/** A message key for each field that does not fit; several faults of one field count as one. */
export function fieldErrors(error: z.ZodError): FieldErrors {
  const faults: FieldErrors = {};
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) faults[key] = 'fields.unknown';
    else faults[String(issue.path[0] ?? '')] = issue.message.startsWith('fields.') ? issue.message : 'fields.invalid';
  }
  return faults;
}
