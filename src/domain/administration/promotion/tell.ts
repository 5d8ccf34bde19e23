import type { Translate } from '../../../platform/i18n/index.ts';
import { tellObject, tellPath } from '../configuration/index.ts';
import type { Finding } from './finding.ts';

/** What a check says, as a sentence. */
export function tellFinding(t: Translate, { code, object, other, path, params }: Finding): string {
  const said = {
    ...params,
    object: object ? tellObject(t, object) : '',
    other: other ? tellObject(t, other) : '',
    field: object && path ? tellPath(t, object.kind, path) : '',
    rule: typeof params.rule === 'string' ? t(params.rule, params) : '',
  };
  return t(`promotion.findings.${code}`, said);
}
