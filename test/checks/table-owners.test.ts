import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { schemaFile } from '../../scripts/dump-schema.ts';
import type { Tables } from '../../src/domain/tables.ts';
import { tableUses } from '../support/table-uses.ts';

const src = fileURLToPath(new URL('../../src/', import.meta.url));
// plain JavaScript, which types know nothing of
const { families }: { families: string[] } = await import(new URL('../../.dependency-cruiser.mjs', import.meta.url).href);

/** Of each table the slice of src/domain that owns it, which alone writes it, and after it the slices that read it in statements of their own. */
const slicesOf: Record<keyof Tables, [owner: string, ...readers: string[]]> = {
  address_counts: ['records/address-limits'],
  audit_chains: ['records/audit'],
  audit_daily_counts: ['records/audit'],
  audit_events: ['records/audit', 'administration/audit-keeping'],
  audit_keys: ['records/audit'],
  code_guesses: ['records/attempts'],
  known_browsers: ['records/attempts', 'sign-in/authentication'],
  last_sign_ins: ['records/audit', 'people/users'],
  oidc_artifacts: ['records/protocol-artifacts'],
  one_time_links: ['records/one-time-links'],
  operation_files: ['records/operations'],
  operation_items: ['records/operations'],
  operations: ['records/operations'],
  page_failures: ['records/page-failures'],
  refusal_counts: ['records/refusals'],
  sign_in_attempts: ['records/attempts', 'sign-in/readiness'],

  certificate_uses: ['company/saml-certificates'],
  context_logos: ['company/branding'],
  context_settings: ['company/context-settings', 'sign-in/credentials'],
  contexts: ['company/contexts', 'people/planned-deactivations', 'administration/audit-keeping'],
  custom_fields: ['company/custom-fields'],
  metadata_certificates: ['company/saml-certificates'],
  saml_certificates: ['company/saml-certificates'],
  signing_keys: ['company/signing-keys'],

  agent_processes: ['people/directories'],
  directories: ['people/directories', 'people/directory-entries'],
  directory_agents: ['people/directories'],
  former_fingerprint_keys: ['administration/master-keys'],
  master_keys: ['administration/master-keys'],
  own_values: ['administration/promotion'],
  promotion_objects: ['administration/promotion'],
  promotions: ['administration/promotion'],
  directory_changes: ['administration/directory-runs'],
  directory_entries: [
    'people/directory-entries',
    'people/users',
    'people/groups',
    'administration/directory-runs',
    'sign-in/authentication',
    'sign-in/credentials',
  ],
  directory_members: ['people/directory-entries', 'administration/directory-runs'],
  directory_requests: ['people/directory-requests'],
  directory_runs: ['administration/directory-runs'],
  directory_staged: ['administration/directory-runs'],
  directory_staged_members: ['administration/directory-runs'],
  group_members: ['people/groups', 'people/users', 'applications/access', 'applications/apis', 'applications/assignments'],
  groups: ['people/groups', 'applications/access', 'applications/apis', 'applications/assignments'],
  planned_deactivations: ['people/planned-deactivations'],
  saved_views: ['people/saved-views'],
  user_photos: ['people/profiles', 'sign-in/sessions'],
  user_counts: ['people/users'],
  users: [
    'people/users',
    'records/audit',
    'people/groups',
    'people/planned-deactivations',
    'applications/access',
    'applications/apis',
    'applications/assignments',
    'applications/consents',
    'sign-in/authentication',
    'sign-in/credentials',
    'sign-in/readiness',
    'sign-in/sessions',
  ],

  api_applications: ['applications/apis'],
  api_scope_groups: ['applications/apis'],
  api_scope_users: ['applications/apis'],
  api_scopes: ['applications/apis'],
  apis: ['applications/apis', 'applications/applications'],
  client_secret_uses: ['applications/applications'],
  application_consents: ['applications/consents'],
  application_groups: ['applications/assignments', 'applications/access'],
  application_logos: ['applications/applications', 'applications/assignments'],
  application_users: ['applications/assignments', 'applications/access'],
  applications: [
    'applications/applications',
    'applications/access',
    'applications/apis',
    'applications/assertions',
    'applications/assignments',
    'applications/partner-metadata',
    'sign-in/sessions',
  ],
  certificate_warnings: ['applications/expiry-warnings'],
  launchpad_entries: ['applications/assignments'],
  partner_metadata: ['applications/partner-metadata'],
  persistent_name_ids: ['applications/assertions'],
  subject_keys: ['applications/assertions'],
  terms_acceptances: ['applications/consents'],
  terms_editions: ['applications/consents'],
  traced_exchanges: ['applications/traces'],

  simulation_findings: ['administration/simulations'],
  simulations: ['administration/simulations'],

  application_uses: ['sign-in/sessions'],
  directory_refusals: ['sign-in/credentials'],
  directory_verifiers: ['sign-in/credentials'],
  password_history: ['sign-in/credentials'],
  passwords: ['sign-in/credentials', 'sign-in/authentication', 'sign-in/readiness'],
  pending_requests: ['sign-in/authentication', 'sign-in/readiness'],
  recovery_codes: ['sign-in/credentials', 'sign-in/authentication'],
  second_factors: ['sign-in/credentials', 'sign-in/authentication', 'people/users'],
  session_participants: ['sign-in/sessions'],
  sessions: ['sign-in/sessions', 'records/protocol-artifacts', 'sign-in/readiness'],
  store_checks: ['sign-in/readiness'],
  sign_in_policies: ['sign-in/sign-in-policy'],
};

/** What reads a table of a higher family, and why it may. */
const upwards: Record<string, string> = {
  'domain/people/users/filter-users.ts reads second_factors':
    'who has none is a filter of lists: a condition in each statement that pages, counts and chooses people',
  'domain/records/protocol-artifacts/statements.ts reads sessions':
    'a code or token is read with the session it is bound to: one statement, where every code exchange would pay for a second',
  'domain/records/audit/personal.ts reads users':
    'a key is given in the statement that finds the account there and not locked for its deletion; and a key that is missing means deletion only if the account is',
};

type Files = Record<string, string>;
const familyOf = (slice: string): number => families.indexOf(slice.split('/')[0]!);

/** @param files their texts by path below src; platform knows no table. @returns the faults, and what the list has that no file does */
function readTables(files: Files): { faults: string[]; unused: string[] } {
  const faults: string[] = [];
  const used = new Set<string>();
  for (const [path, text] of Object.entries(files))
    for (const { table, writes } of tableUses(text, Object.keys(slicesOf))) {
      const [owner, ...readers] = slicesOf[table as keyof Tables];
      const [, slice = path] = /^domain\/([^/]+\/[^/]+)\//.exec(path) ?? [];
      const read = `${path} reads ${table}`;
      for (const one of [`${slice} of ${table}`, read]) used.add(one);
      if (slice === owner) continue;
      if (writes) faults.push(`${path} writes ${table}, which is of ${owner}`);
      else if (!readers.includes(slice)) faults.push(`${path} reads ${table} and is not in the list`);
      else if (familyOf(slice) < familyOf(owner) && !upwards[read]) faults.push(`${read}, which is of a higher family`);
    }
  const listed = Object.entries(slicesOf).flatMap(([table, slices]) => slices.map((slice) => `${slice} of ${table}`));
  return { faults: [...new Set(faults)], unused: [...listed, ...Object.keys(upwards)].filter((one) => !used.has(one)) };
}

describe('checks: the owners of tables', () => {
  const files: Files = Object.fromEntries(
    readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.startsWith('platform/') && path !== 'domain/tables.ts')
      .map((path) => [path, readFileSync(`${src}${path}`, 'utf8')]),
  );

  it('every table of the schema has one', () => {
    const tables = [...readFileSync(schemaFile, 'utf8').matchAll(/^CREATE (?:UNLOGGED )?TABLE (\w+)/gm)].map(([, table]) => table);
    expect(Object.keys(slicesOf)).to.have.members(tables);
  });

  it('write alone; who else reads is in the list, and stands in no lower family', () => {
    expect(Object.keys(files).length).to.be.greaterThan(350);
    expect(readTables(files).faults).to.deep.equal([]);
  });

  it('the list has nobody who does not', () => {
    expect(readTables(files).unused).to.deep.equal([]);
  });

  const wrong = {
    writes: [
      ["db('users').where({ a }).update({ b })", 'the builder'],
      ["db('users').insert(rows)", 'the builder, a new row'],
      ["const people = ({ db }) => db('users').where({ a })", 'the builder handed on, which may write'],
      ["insertRow(scope.db, 'users', row)", 'a hot statement'],
      ["deleteInSteps(db, 'users', 'true')", 'a sweep'],
      ["db.raw('UPDATE users SET b = 1')", 'SQL'],
      ['db.raw(`WITH gone AS (DELETE FROM users RETURNING 1) SELECT 1`)', 'SQL, inside another statement'],
    ],
    reads: [
      ["db('users').where({ a }).first()", 'the builder'],
      ["query.join('users AS u', 'u.a', 'b')", 'a join'],
      ["run(db, 'find', 'SELECT 1 FROM applications a, users u FOR UPDATE', [])", 'SQL'],
      ["const part = byKey('users', 'u', {})", 'a part of SQL'],
    ],
  };
  for (const [what, sources] of Object.entries(wrong))
    for (const [source, how] of sources)
      it(`finds who ${what} another’s table: ${how}`, () => {
        const { faults } = readTables({ 'domain/administration/overview/broken.ts': source! });
        expect(faults.join()).to.match(new RegExp(`^domain/administration/overview/broken.ts ${what} users`));
      });

  it('finds who reads a higher family’s table, in another file of a slice that may too; and a name that is no literal', () => {
    expect(readTables({ 'domain/records/audit/broken.ts': "db('users').first()" }).faults.join()).to.contain('of a higher family');
    expect(() => readTables({ 'app/broken.ts': 'db(table).first()' })).to.throw('of no literal');
    expect(readTables({ 'web/broken.ts': "db('users').first()" }).faults.join()).to.contain('not in the list');
  });
});
