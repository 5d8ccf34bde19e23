// The arrows of docs/architecture.md. test/checks/arrows.test.ts runs this and asserts how many modules were seen.
const rank = {
  1: 'audit|contexts|custom-fields|one-time-links|signing-keys|saml-certificates|protocol-artifacts|attempts|context-settings|new-accounts|mails|branding|operations',
  2: 'users|groups|applications',
  3: 'assignments|planned-deactivations|consents|credentials|sign-in-policy|sessions|directories|traces|partner-metadata',
  4: 'authentication|access|assertions|single-logout|expiry-warnings|password-recovery|invitations|address-changes|personal-data|account-changes|user-exports|user-imports|audit-keeping|overview|promotion|provisioning',
};
const upTo = (n) =>
  Object.entries(rank)
    .filter(([key]) => Number(key) > n)
    .map(([, names]) => names)
    .join('|');
const slices = Object.values(rank).join('|');

const forbid = (name, from, to) => ({ name, severity: 'error', from, to });

export default {
  forbidden: [
    forbid('no-cycle', {}, { circular: true }),
    forbid('platform-knows-nobody', { path: '^src/platform' }, { path: '^src/(domain|web|app|config|processes|smartsync)' }),
    forbid('domain-knows-platform-only', { path: '^src/domain' }, { path: '^src/(web|app|config|processes)' }),
    forbid('web-knows-domain-and-platform', { path: '^src/web' }, { path: '^src/(app|config|processes)' }),
    forbid('app-knows-no-process', { path: '^src/app' }, { path: '^src/processes' }),
    forbid('config-knows-nobody', { path: '^src/config' }, { path: '^src/(?!config)' }),
    forbid('web-slices-are-apart', { path: '^src/web/([^/]+)' }, { path: '^src/web/(?!$1|request/)' }),
    forbid(
      'another-domain-slice-by-its-face',
      { path: '^src/domain/([^/]+)' },
      { path: '^src/domain/(?!$1)[^/]+/.+', pathNot: '/index\\.ts$' },
    ),
    forbid('a-domain-slice-by-its-face', { path: '^src/(web|app|processes)' }, { path: '^src/domain/[^/]+/.+', pathNot: '/index\\.ts$' }),
    forbid('a-web-slice-by-its-face', { path: '^src/app' }, { path: '^src/web/[^/]+/.+', pathNot: '/index\\.ts$' }),
    forbid(
      'a-platform-slice-by-its-face',
      { path: '^src/platform/([^/]+)' },
      { path: '^src/platform/(?!$1)[^/]+/.+', pathNot: '/index\\.ts$' },
    ),
    forbid(
      'platform-by-its-face',
      { path: '^src/(domain|web|app|processes)' },
      { path: '^src/platform/[^/]+/.+', pathNot: '/index\\.ts$' },
    ),
    ...[1, 2, 3].map((n) =>
      forbid(`rank-${n}-uses-no-higher`, { path: `^src/domain/(${rank[n]})/` }, { path: `^src/domain/(${upTo(n)})/` }),
    ),
    forbid('every-domain-folder-has-a-rank', { path: `^src/domain/(?!(${slices})/|scope\\.ts)` }, {}),
    forbid('audit-uses-no-sister', { path: '^src/domain/audit/' }, { path: `^src/domain/(?!audit/|scope\\.ts)` }),
    forbid('nothing-imports-a-test', { path: '^src' }, { path: '^test' }),
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
