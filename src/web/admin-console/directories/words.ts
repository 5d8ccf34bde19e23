import type { PageContext } from '../../request/index.ts';

/** Why a directory or one of its servers does not answer, in the reader's words; a newer agent may name what we do not know. */
export function faultText({ services, t }: PageContext, fault: string): string {
  const key = `directories.faults.${fault.replaceAll('-', '_')}`;
  return services.i18n.exists(key) ? t(key) : fault;
}
