import { type Difference, namesOfPath } from './compare-configurations.ts';
import { type Configuration, type Data, isKeys, type Keys, plain } from './configuration.ts';
import { idOf, type Kind, listObjects } from './objects.ts';

type Part = { kind: Kind; key: string; value: Keys };

/** The configuration with these differences: what each says of its fields is so afterwards, whatever else was changed meanwhile stays. */
export function patchConfiguration(configuration: Configuration, differences: Difference[]): Configuration {
  const parts = new Map<string, Part>(
    listObjects(configuration).map(({ kind, key, value }) => [idOf({ kind, key }), { kind, key, value }]),
  );
  for (const difference of differences) {
    const { kind, key, action } = difference;
    if (action === 'remove') parts.delete(idOf(difference));
    else parts.set(idOf(difference), { kind, key, value: patched(parts.get(idOf(difference))?.value ?? {}, difference) });
  }
  return assemble(configuration.code, [...parts.values()]);
}

/** What takes these back. */
export const invertDifferences = (differences: Difference[]): Difference[] =>
  differences.toReversed().map((difference) => ({
    ...difference,
    action: ({ add: 'remove', change: 'change', remove: 'add' } as const)[difference.action],
    fields: difference.fields.map(({ path, ...sides }) => ({
      path,
      ...('after' in sides ? { before: sides.after } : {}),
      ...('before' in sides ? { after: sides.before } : {}),
    })),
    needs: [],
  }));

function patched(value: Keys, { fields }: Difference): Keys {
  const after = structuredClone(value);
  // a key may become a text or the other way round: first what goes
  for (const field of fields.toSorted((a, b) => Number(a.after !== undefined) - Number(b.after !== undefined))) {
    const names = namesOfPath(field.path);
    const last = names.pop()!;
    const owner = names.reduce<Keys>((found, name) => {
      if (!Object.hasOwn(found, name) || !isKeys(found[name])) define(found, name, {});
      return found[name] as Keys;
    }, after);
    if (field.after === undefined) delete owner[last];
    else define(owner, last, field.after);
  }
  return plain(after);
}

/** Also what is called __proto__ is a key like any other. */
const define = (keys: Keys, name: string, value: Keys[string]): void =>
  void Object.defineProperty(keys, name, { value, enumerable: true, configurable: true, writable: true });

/** Those that the order does not name come last, as they are. */
function inOrder(fields: Keys[], codes: Data | undefined): Keys[] {
  const named = Array.isArray(codes) ? codes : [];
  const placeOf = ({ code }: Keys) => (named.includes(code!) ? named.indexOf(code!) : named.length);
  return fields.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function assemble(code: string, parts: Part[]): Configuration {
  const one = (kind: Kind) => parts.find((part) => part.kind === kind)?.value;
  const many = (kind: Kind) => parts.filter((part) => part.kind === kind).map(({ value }) => value);
  const mails: Record<string, Keys> = {};
  for (const { kind, key, value } of parts) {
    if (kind !== 'mail') continue;
    const [mail, locale] = key.split('.') as [string, string];
    mails[mail] = { ...mails[mail], [locale]: value };
  }
  return plain<Configuration>({
    code,
    ...one('company'),
    policy: { ...one('policy'), overrides: many('override') },
    newAccounts: one('newAccounts'),
    profiles: one('profiles'),
    branding: one('branding'),
    mails,
    terms: one('terms'),
    directoryRules: one('directoryRules'),
    customFields: inOrder(many('customField'), one('customFieldOrder')?.codes),
    directories: many('directory'),
    groups: many('group'),
    applications: many('application'),
    apis: many('api'),
  });
}
