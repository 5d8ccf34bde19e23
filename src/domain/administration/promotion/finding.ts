import { idOf, type Kind, type ObjectName } from '../configuration/index.ts';

/** What a check can say, and how much it matters: an error stands in the way, a warning wants to be taken note of. */
export const findingCodes = {
  nothing_chosen: 'error',
  unanswered: 'error',
  missing: 'error',
  absent: 'error',
  still_needed: 'error',
  refused: 'error',
  approval_address: 'error',
  certificate_ended: 'error',
  entity_id_used: 'error',
  client_id_used: 'error',
  same_host: 'warning',
  local_address: 'warning',
  plain_http: 'warning',
  certificate_ends: 'warning',
  nobody: 'warning',
  empty_groups: 'warning',
  removed_people: 'warning',
  no_way_in: 'warning',
} as const;
export type FindingCode = keyof typeof findingCodes;

export type Finding = {
  /** The same for the same thing found again. */
  id: string;
  code: FindingCode;
  severity: 'error' | 'warning';
  object?: ObjectName;
  /** Of the field that it is about. */
  path?: string;
  /** `rule` of a refusal is a message key. */
  params: Record<string, string | number>;
  /** Of a refusal, what stands in the field, in one line, where that is no secret. */
  found?: string;
  /** What is missing or in the way. */
  other?: ObjectName;
};

type More = Partial<Pick<Finding, 'path' | 'params' | 'other' | 'found'>>;

export function finding(code: FindingCode, object?: ObjectName, { path, params = {}, other, found }: More = {}): Finding {
  const told = [code, object && idOf(object), path, other && idOf(other), ...Object.values(params)].filter((one) => one !== undefined);
  return {
    id: told.join(' '),
    code,
    severity: findingCodes[code],
    object: object && nameOf(object),
    path,
    params,
    ...(found === undefined ? {} : { found }),
    other: other && nameOf(other),
  };
}

const nameOf = ({ kind, key, name }: { kind: Kind; key: string; name: string }): ObjectName => ({ kind, key, name });
