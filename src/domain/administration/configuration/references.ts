import { isKeys } from './configuration.ts';
import { faultAt, pathOf, type StateFault } from './state-error.ts';

/** Reads what a reference names. @returns undefined when there is nothing of that name; `fault`, a key of the texts: why it is not read */
export type ReferenceReader = (kind: 'env' | 'file', name: string) => string | { fault: string } | undefined;

export type Resolved = {
  /** With what the references name in their place. */
  value: unknown;
  /** References to client secrets that lead to nothing, by their path: an application that has one keeps it. */
  unresolved: { path: string; reference: string }[];
  /** Of every other reference that leads to nothing, by its path. */
  faults: StateFault[];
};

/** `$${` is a literal `${`; an unknown kind is a typing error. */
const pattern = /\$\$\{|\$\{(\w+):([^}]*)\}/g;
const whole = /^\$\{(?:env|file):[^}]*\}$/;
const secretPath = /^contexts\[\d+\]\.applications\[\d+\]\.oidc\.client_secret$/;

/** @param input as a file says it, before it is checked */
export function resolveReferences(input: unknown, read: ReferenceReader): Resolved {
  const unresolved: Resolved['unresolved'] = [];
  const faults: StateFault[] = [];
  const resolveText = (text: string, path: PropertyKey[]): string | undefined => {
    const missing: string[] = [];
    const resolved = text.replace(pattern, (reference: string, kind: string | undefined, name: string) => {
      if (kind === undefined) return '${';
      if (kind !== 'env' && kind !== 'file') return fault(reference, path, 'fields.reference_kind');
      const found = read(kind, name);
      if (typeof found === 'string') return found;
      if (found) return fault(reference, path, found.fault);
      missing.push(reference);
      return '';
    });
    if (missing.length === 0) return resolved;
    if (secretPath.test(pathOf(path)) && whole.test(text)) {
      unresolved.push({ path: pathOf(path), reference: text });
      return undefined;
    }
    for (const reference of missing) fault(reference, path, whyMissing(reference));
    return resolved;
  };
  const fault = (reference: string, path: PropertyKey[], message: string): string => {
    const [, , name = ''] = /^\$\{(\w+):([^}]*)\}$/.exec(reference) ?? [];
    faults.push(faultAt(path, message, { reference, name }));
    return '';
  };
  const walk = (value: unknown, path: PropertyKey[]): unknown => {
    if (typeof value === 'string') return value.includes('${') ? resolveText(value, path) : value;
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (!isKeys(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner, [...path, key])]));
  };
  return { value: walk(input, []), unresolved, faults };
}

function whyMissing(reference: string): string {
  const [, kind, name = ''] = /^\$\{(\w+):([^}]*)\}$/.exec(reference) ?? [];
  if (name === '') return 'fields.reference_kind';
  return kind === 'env' ? 'fields.reference_env' : 'fields.reference_file';
}

/** So that `resolveReferences` gives it back. */
export const escapeReferences = (text: string): string => text.replaceAll('${', () => '$${');
