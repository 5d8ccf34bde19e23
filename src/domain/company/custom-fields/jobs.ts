import { idOf, jobType } from '../../job.ts';

/** The values that people have of a field that is gone (users). There may be a million of them. */
export const customValuesOfField = jobType('forget-custom-values', { fieldId: idOf<string>() });
