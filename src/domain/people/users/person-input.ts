import { z } from 'zod';
import { tidyPerson } from './tidy-person.ts';
import { checkPersonalData } from './user.ts';

/** What a form, a file or a program says of a person: its shape, and the rules of S57 to S60. */
export const personInput = z
  .object({
    email: z.string().optional(),
    username: z.string().optional(),
    firstName: z.string(),
    lastName: z.string(),
    role: z.enum(['administrator', 'regular']),
    department: z.string().optional(),
  })
  .transform(tidyPerson)
  .superRefine((data, context) => {
    for (const [field, message] of Object.entries(checkPersonalData(data))) context.addIssue({ code: 'custom', path: [field], message });
  });
