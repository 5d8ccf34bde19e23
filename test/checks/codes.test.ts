import { expect } from 'chai';
import type { z } from 'zod';
import { changeCodes, stopReasons } from '../../src/domain/administration/directory-runs/index.ts';
import { directoryInput, directoryRules } from '../../src/domain/people/directories/index.ts';
import { entryReasons } from '../../src/domain/people/directory-entries/index.ts';
import type { Unanswered } from '../../src/domain/people/directory-requests/index.ts';
import type { DirectoryRefusal, Step } from '../../src/domain/sign-in/authentication/index.ts';
import type { DirectoryOutcome } from '../../src/domain/sign-in/credentials/directory-password/index.ts';
import { createI18n, locales } from '../../src/platform/i18n/index.ts';
import { checks, faults } from '../../src/smartsync/ldap/index.ts';
import { linkFaults } from '../../src/smartsync/link/faults.ts';
import smartsync from '../../src/smartsync/texts/texts.en.json' with { type: 'json' };
import { type EntryRecord, refusalReasons } from '../../src/smartsync-protocol/index.ts';
import { presentDetails, reasonText } from '../../src/web/request/index.ts';
import type { RefusedReason } from '../../src/web/smartsync/count-refused.ts';
import directories from '../../views/admin-console/directories/texts.en.json' with { type: 'json' };
import components from '../../views/components/directory/texts.en.json' with { type: 'json' };
import signIn from '../../views/sign-in/texts.en.json' with { type: 'json' };
import { modules, type Part, partsOf } from './sources.ts';

// lists that are only types: the compiler says which code is missing here
const all = <Code extends string>(codes: Record<Code, true>): Code[] => Object.keys(codes) as Code[];
const unanswered = all<Unanswered['reason']>({ 'no-agent': true, late: true, 'directory-away': true });
const refused = all<RefusedReason>({
  'agent-token-unknown': true,
  'agent-token-expired': true,
  'agent-unknown': true,
  'agent-revoked': true,
  'agent-wrong-proof': true,
  'agent-incompatible': true,
});
const told = all<DirectoryRefusal>({ 'account-disabled': true, 'account-expired': true, 'outside-hours': true, 'wrong-workstation': true });
const silent = all<Extract<DirectoryOutcome, { outcome: 'silent' }>['reason']>({
  'account-disabled': true,
  'account-locked': true,
  'not-found': true,
});
const due = all<Extract<Step, { step: 'network-password' }>['why']>({ expired: true, 'must-change': true });
const unusable = all<Extract<EntryRecord, { type: 'unusable' }>['reason']>({ 'no-id': true, unreadable: true });
/** What ends a run besides what the directory says. */
const ofRuns = ['incomplete', 'server_error'];

const faultsShown = [...new Set([...refusalReasons, ...faults, ...unanswered, ...ofRuns])];
const settingsKinds = modules.flatMap(({ module }) =>
  [...partsOf(module)].flatMap(({ part }) => {
    const isKind = part.type === 'VariableDeclarator' && JSON.stringify((part.id as Part).typeAnnotation ?? '').includes('"SettingsKind"');
    if (!isKind) return [];
    const { value } = ((part.init as Part).properties as Part[]).find(({ key }) => (key as Part | undefined)?.value === 'name')!;
    return [String((value as Part).value)];
  }),
);

const i18n = createI18n(new URL('../../views/', import.meta.url));
const keysOf = (codes: readonly string[]): string[] => codes.map((code) => code.replaceAll('-', '_')).sort();
const named = (texts: object): string[] => Object.keys(texts).sort();

/** Keys of what an event says, as the source writes it: also those of what is spread into it. */
function* detailsIn({ properties }: Part): Generator<string> {
  for (const property of properties as Part[]) {
    if (property.type === 'Identifier') yield String(property.value);
    else if (property.type === 'KeyValueProperty') yield String((property.key as Part).value);
    else if (property.type === 'SpreadElement')
      for (const { part } of partsOf(property.arguments)) if (part.type === 'ObjectExpression') yield* detailsIn(part);
  }
}

const detailNames = new Set(
  modules
    .filter(({ file }) => /^src\/(domain|web\/(oidc|saml|smartsync))\//.test(file))
    .flatMap(({ module }) =>
      [...partsOf(module)].flatMap(({ part }) => {
        const [name, value] = part.type === 'VariableDeclarator' ? [part.id, part.init] : [part.key, part.value];
        const isDetails = (name as Part | undefined)?.value === 'details' && (value as Part | undefined)?.type === 'ObjectExpression';
        return isDetails ? [...detailsIn(value as Part)] : [];
      }),
    ),
);

type Shape = Record<string, z.ZodType>;
/** Keys of a schema by their paths, as the audit names them; of a record its own. */
function pathsOf(shape: Shape, before = ''): string[] {
  return Object.entries(shape).flatMap(([key, schema]) => {
    let inner = schema as z.ZodType & { unwrap?(): z.ZodType; shape?: Shape };
    while (inner.unwrap) inner = inner.unwrap() as typeof inner;
    return inner.shape ? pathsOf(inner.shape, `${before}${key}.`) : [before + key];
  });
}
const settingsPaths = pathsOf(directoryInput.shape).map((path) => path.replace(/^settings\./, ''));
const rulePaths = pathsOf((directoryRules.schema as unknown as { shape: Shape }).shape);

describe('codes and their texts', () => {
  it('every reason that the audit can have of a directory is said in words', () => {
    const ofSignIn = [...told, ...silent, 'unavailable', 'not-asked'].map((reason) => `directory-${reason}`);
    const reasons = [...faultsShown, ...stopReasons, ...refused, ...ofSignIn, ...settingsKinds];
    expect(reasons.length).to.be.greaterThan(60);
    expect(settingsKinds).to.include.members(['directories', 'terms', 'branding']);
    for (const locale of locales)
      expect(
        reasons.filter((reason) => reasonText(i18n, i18n.for(locale), reason) === reason),
        locale,
      ).to.deep.equal([]);
  });

  it('every detail of an event has a name', () => {
    const details = [...detailNames].filter((name) => !['before', 'after'].includes(name));
    const paths = [...details, ...settingsPaths, ...rulePaths, 'mapping.customFields'];
    expect(details.length).to.be.greaterThan(50);
    expect(settingsPaths).to.include.members(['name', 'userFilter', 'mapping.firstName', 'guardPeople']);
    expect(rulePaths).to.include.members(['signIn', 'whileAway']);
    expect(paths.filter((path) => !i18n.exists(`audit.detail_names.${path.replaceAll('.', '_')}`))).to.deep.equal([]);
  });

  it('numbers of a run, its purpose and settings are told in words', () => {
    const run = { purpose: 'sync', people: { added: 1200, changed: 0, leaving: 2, returning: 0 }, members: { added: 0, removed: 0 } };
    expect(presentDetails(run, i18n.for('en'), i18n)).to.deep.equal({
      changes: [],
      facts: [
        { name: 'Purpose', value: 'Import' },
        { name: 'Users', value: 'Added 1,200, Removed 2' },
        { name: 'Memberships', value: '–' },
      ],
      rest: {},
    });
    const edited = {
      before: { nestedGroups: 'direct', mapping: {} },
      after: { nestedGroups: 'flattened', mapping: { customFields: { badge: 'uid' } } },
    };
    expect(presentDetails(edited, i18n.for('es'), i18n).changes).to.deep.equal([
      {
        name: 'Grupos anidados',
        before: 'incluir solo a los miembros directos',
        after: 'incluir a los miembros de los grupos anidados',
      },
      { name: 'Atributo del campo personalizado: badge', before: '–', after: 'uid' },
    ]);
  });

  it('what the console, the sign-in and SmartSync’s page say of a code has a text for each, and none for what there is not', () => {
    expect(named(components.directory_faults)).to.deep.equal(keysOf(faultsShown));
    expect(named(components.directory_reasons)).to.deep.equal(keysOf(entryReasons));
    expect(named(directories.directory_runs.stop_reasons)).to.deep.equal(keysOf(stopReasons));
    expect(named(directories.directory_runs.change_faults)).to.deep.equal(keysOf(['changed-since', 'too-large', ...unusable]));
    expect(named(directories.directory_runs.change_names)).to.deep.equal(keysOf(changeCodes));
    expect(named(signIn.network_refused)).to.deep.equal(keysOf([...told, 'away']));
    for (const why of due) expect(signIn.network_password).to.have.property(`lead_${why.replace('-', '_')}`);
    expect(named(smartsync.smartsync.faults)).to.deep.equal(keysOf(faults));
    expect(named(smartsync.smartsync.link_faults)).to.deep.equal(keysOf(linkFaults));
    expect(named(smartsync.smartsync.checks)).to.deep.equal(keysOf(checks));
  });
});
