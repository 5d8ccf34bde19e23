// The arrows of docs/architecture.md. test/checks/tools.test.ts runs this and asserts how many modules were seen.

/** Families of src/domain, lowest first: each may use itself and those before it. */
export const families = ['records', 'company', 'people', 'applications', 'sign-in', 'administration'];

const forbid = (name, from, to) => ({ name, severity: 'error', from, to });
const outside = '^src/(web|app|command-line|processes)';

export default {
  forbidden: [
    forbid('no-cycle', {}, { circular: true }),
    forbid('platform-knows-nobody', { path: '^src/platform' }, { path: '^src/(?!platform)' }),
    forbid('domain-knows-platform-only', { path: '^src/domain' }, { path: '^src/(?!domain|platform|smartsync-protocol)' }),
    forbid('web-knows-domain-and-platform', { path: '^src/web' }, { path: '^src/(?!web|domain|platform|smartsync-protocol)' }),
    // both sides of the wire speak it, and it knows neither
    forbid('smartsync-protocol-knows-nobody', { path: '^src/smartsync-protocol' }, { path: '^src/(?!smartsync-protocol)' }),
    // it runs beside a directory, without a database
    forbid(
      'smartsync-knows-the-wire-and-platform',
      { path: '^src/smartsync/' },
      { path: '^src/(?!smartsync/|smartsync-protocol|platform)' },
    ),
    forbid('only-processes-use-smartsync', { path: '^src/(?!processes|smartsync/)' }, { path: '^src/smartsync/' }),
    forbid(
      'smartsync-protocol-by-its-face',
      { path: '^src/(?!smartsync-protocol)' },
      { path: '^src/smartsync-protocol/.+', pathNot: '/index\\.ts$' },
    ),
    forbid('app-knows-no-process', { path: '^src/app' }, { path: '^src/processes' }),
    forbid('only-processes-use-the-command-line', { path: '^src/(?!processes|command-line)' }, { path: '^src/command-line' }),
    // it starts without any page: of app it needs the store only
    forbid(
      'command-line-knows-no-page',
      { path: '^src/command-line' },
      { path: '^src/(web|processes|app/(?!(open-store|page-paths)\\.ts))' },
    ),
    forbid('config-knows-no-product', { path: '^src/config' }, { path: '^src/(?!config|platform)' }),
    forbid('web-slices-are-apart', { path: '^src/web/([^/]+)' }, { path: '^src/web/(?!$1|request/)' }),
    forbid(
      'another-domain-slice-by-its-face',
      { path: '^src/domain/([^/]+/[^/]+)' },
      { path: '^src/domain/(?!$1/)[^/]+/.+', pathNot: '/index\\.ts$' },
    ),
    forbid('a-domain-slice-by-its-face', { path: outside }, { path: '^src/domain/[^/]+/.+', pathNot: '/index\\.ts$' }),
    forbid('a-web-slice-by-its-face', { path: '^src/app' }, { path: '^src/web/[^/]+/.+', pathNot: '/index\\.ts$' }),
    forbid(
      'a-platform-slice-by-its-face',
      { path: '^src/platform/([^/]+)' },
      { path: '^src/platform/(?!$1)[^/]+/.+', pathNot: '/index\\.ts$' },
    ),
    forbid(
      'platform-by-its-face',
      { path: '^src/(domain|web|app|command-line|processes)' },
      { path: '^src/platform/[^/]+/.+', pathNot: '/index\\.ts$' },
    ),
    ...families
      .slice(0, -1)
      .map((family, n) =>
        forbid(
          `${family}-uses-no-higher-family`,
          { path: `^src/domain/${family}/` },
          { path: `^src/domain/(${families.slice(n + 1).join('|')})/` },
        ),
      ),
    forbid(
      'every-domain-file-has-a-family',
      { path: `^src/domain/(?!(${families.join('|')})/[^/]+/|(scope|rows|tables|job|keyset)\\.ts$)` },
      {},
    ),
    forbid(
      'audit-uses-no-sister',
      { path: '^src/domain/records/audit/' },
      { path: '^src/domain/(?!records/audit/|(scope|rows|tables|job)\\.ts)' },
    ),
    forbid('examples-know-nobody', { path: '^examples/([^/]+)' }, { path: '^(src|test|scripts|migrations|examples/(?!$1/))' }),
    forbid('nothing-imports-an-example', { path: '^src' }, { path: '^examples' }),
    forbid('nothing-imports-a-test', { path: '^src' }, { path: '^test' }),
    forbid('argon2-by-one-file', { path: '^src/(?!platform/crypto/password-engine\\.ts$)' }, { path: '^node_modules/(@node-rs/)?argon2/' }),
    // nobody pays for it who has no collector (decision 0025)
    forbid('opentelemetry-by-one-file', { path: '^src/(?!platform/tracing/open-tracer\\.ts$)' }, { path: '^node_modules/@opentelemetry/' }),
    forbid('opentelemetry-when-asked', { path: '^src' }, { path: '^node_modules/@opentelemetry/', dynamic: false }),
    // what a partner sends must never reach its reader (decision 0009)
    forbid('samlify-by-one-file', { path: '^src/(?!platform/saml/samlify\\.ts$)' }, { path: '^node_modules/samlify/' }),
    forbid('ldap-by-smartsync', { path: '^src/(?!smartsync/)' }, { path: '^node_modules/ldapts/' }),
    forbid('no-sql-in-web', { path: '^src/web' }, { path: '^node_modules/(knex|pg)/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc', // it cannot read by TypeScript 7
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js', '.json'] },
  },
};
