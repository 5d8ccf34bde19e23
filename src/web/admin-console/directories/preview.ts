import type { CustomField } from '../../../domain/company/custom-fields/index.ts';
import { type Directory, directoryInput, filtersOf } from '../../../domain/people/directories/index.ts';
import { describePerson } from '../../../domain/people/directory-entries/index.ts';
import { parseInput } from '../../../platform/errors/index.ts';
import type { PageContext } from '../../request/index.ts';
import { presentPerson } from './present-person.ts';
import { inputOf, type Values } from './settings-form.ts';
import { faultText } from './words.ts';

/** Somebody in the directory as they come, and as they would be here by what the form says. */
type Found = { dn: string; isEnabled: boolean; attributes: [string, string[]][]; becomes: ReturnType<typeof presentPerson> };
export type Preview = { text: string; people?: Found[]; fault?: string; detail?: string };

/** Looks in the directory itself, and saves nothing. @throws AppError invalid_input */
export async function findPreview(page: PageContext, directory: Directory, values: Values, customFields: CustomField[]): Promise<Preview> {
  const { settings } = parseInput(directoryInput, inputOf(values, directory), 'path');
  const { kind, directoryId } = directory;
  const text = page.form.get('person').trim().slice(0, 200);
  // nobody waits for an answer that cannot come
  if (!directory.configuredAt || directory.unavailableReason === 'no-agent') return { text, fault: faultText(page, 'no-agent') };
  const body = { text, userFilter: filtersOf(kind, settings).userFilter };
  const answer = await page.services.askDirectory(page.scope, directoryId, { kind: 'find-people', body }, { timeoutMs: 10_000 });
  if (answer.outcome !== 'accepted')
    return { text, fault: faultText(page, answer.reason), detail: 'detail' in answer ? answer.detail : undefined };
  const people = answer.people.filter((one) => one.type === 'person');
  return {
    text,
    people: people.map(({ dn, isEnabled, attributes }) => ({
      dn,
      isEnabled,
      attributes: Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)),
      becomes: presentPerson(page, describePerson({ attributes }, { kind, settings }, customFields), customFields),
    })),
  };
}
