import { newId } from '../../../platform/crypto/index.ts';
import { overrideSchema, type PolicyOverride, type PolicyRules, type SecondFactorDemand } from './policy.ts';

const isOf = (groupId: string) => (one: PolicyOverride) => one.for.kind === 'group' && one.for.groupId === groupId;

/** What the rules ask of a group's people, of second factors. */
export const demandOfGroup = ({ overrides }: PolicyRules, groupId: string): SecondFactorDemand | undefined =>
  overrides.find(isOf(groupId))?.secondFactor.demand;

/** S36: the same rules, with a second factor required of the group or left to the company. What else is stricter about the group stays. */
export function withDemandOfGroup(rules: PolicyRules, groupId: string, isRequired: boolean): PolicyRules {
  const found = rules.overrides.find(isOf(groupId));
  const before = found ?? overrideSchema.parse({ overrideId: newId(), for: { kind: 'group', groupId } });
  const { demand: _, ...others } = before.secondFactor;
  const after: PolicyOverride = { ...before, secondFactor: isRequired ? { ...others, demand: 'required' } : others };
  const saysNothing =
    [after.password, after.session, after.secondFactor].every((part) => Object.keys(part).length === 0) &&
    after.networks.length === 0 &&
    !after.hours;
  const rest = rules.overrides.filter((one) => one !== found);
  return { ...rules, overrides: saysNothing ? rest : [...rest, after] };
}

export const withoutGroup = (rules: PolicyRules, groupId: string): PolicyRules => ({
  ...rules,
  overrides: rules.overrides.filter((one) => !isOf(groupId)(one)),
});
