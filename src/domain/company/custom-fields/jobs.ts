import { idOf, jobType } from '../../job.ts';

// A type only: the job stands in users, which keep the values.

/** The values that people have of a field that is gone. There may be a million of them. */
export const customValuesOfField = jobType('forget-custom-values', { fieldId: idOf<string>() });
