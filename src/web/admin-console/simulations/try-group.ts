import { type Change, startSimulation } from '../../../domain/administration/simulations/index.ts';
import { getGroup } from '../../../domain/people/groups/index.ts';
import { demandOfGroup, loadPolicy, rulesInForce, withDemandOfGroup } from '../../../domain/sign-in/sign-in-policy/index.ts';
import { type PageContext, renderPage, usableFactors } from '../../request/index.ts';
import { readPastedPeople } from '../pasted-people.ts';
import { redirectTo } from '../submit.ts';

type Faults = Partial<Record<'joining' | 'leaving' | 'form', string>>;

export async function showGroupForm(page: PageContext, faults: Faults = {}): Promise<void> {
  const group = await getGroup(page.scope, page.params.group!);
  const rules = rulesInForce(await loadPolicy(page.scope), page.services.clock.now());
  renderPage(
    page,
    'admin-console/simulations/group',
    {
      group,
      isRequired: demandOfGroup(rules, group.groupId) === 'required',
      typed: {
        joining: page.form.get('joining'),
        leaving: page.form.get('leaving'),
        demand: page.form.get('demand'),
        remove: page.form.get('remove'),
      },
    },
    { refusal: Object.keys(faults).length > 0 ? { status: 422, fields: faults as Record<string, string>, fault: faults.form } : undefined },
  );
}

export async function submitGroupForm(page: PageContext): Promise<void> {
  const group = await getGroup(page.scope, page.params.group!);
  const faults: Faults = {};
  const read = async (field: 'joining' | 'leaving'): Promise<string[]> => {
    if (page.form.get(field).trim() === '') return [];
    const people = await readPastedPeople(page, field);
    if ('userIds' in people) return people.userIds;
    faults[field] = people.fault.message;
    return [];
  };
  // Everyone holds all, and nobody is put into it or taken out
  const members = group.isEveryone ? {} : { joining: await read('joining'), leaving: await read('leaving') };
  const isRemoved = !group.isEveryone && page.form.get('remove') === 'yes';
  const demand = page.form.get('demand');
  const isChanged = isRemoved || ['required', 'inherited'].includes(demand) || Object.values(members).some((ids) => ids.length > 0);
  if (Object.keys(faults).length === 0 && !isChanged) faults.form = page.t('simulations.nothing_changed');
  if (Object.keys(faults).length > 0) return showGroupForm(page, faults);
  const rules = rulesInForce(await loadPolicy(page.scope), page.services.clock.now());
  const change: Change = {
    groups: [{ groupId: group.groupId, isRemoved, members }],
    ...(demand === 'required' || demand === 'inherited' ? { rules: withDemandOfGroup(rules, group.groupId, demand === 'required') } : {}),
  };
  const tried = { kind: 'group', id: group.groupId, name: group.name } as const;
  redirectTo(page, `/admin/simulations/${await startSimulation(page.scope, change, tried, usableFactors(page))}`);
}
