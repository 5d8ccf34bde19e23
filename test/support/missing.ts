import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';
import { faketimeFiles } from './daemon.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const modules = '/usr/lib/apache2/modules/mod_';
const python = '/usr/lib/python3/dist-packages/';

/**
 * Of each software that tests use and `npm ci` does not bring: the packages of Debian and Ubuntu that do, or a command, and files that show it is here, one of each list.
 * What listens on ports below 1024 needs `asRoot`.
 */
export const software = {
  chromium: {
    packages: ['chromium', 'chromium-headless-shell', 'fonts-dejavu-core'],
    files: [
      [
        '/usr/bin/chromium',
        '/usr/bin/chromium-browser',
        '/usr/bin/google-chrome',
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      ],
    ],
  },
  apache: { packages: ['apache2'], files: [['/usr/sbin/apache2']] },
  mod_auth_openidc: { packages: ['libapache2-mod-auth-openidc'], files: [[`${modules}auth_openidc.so`]] },
  mod_oauth2: { packages: ['libapache2-mod-oauth2'], files: [[`${modules}oauth2.so`]] },
  mod_auth_mellon: {
    packages: ['libapache2-mod-auth-mellon'],
    files: [[`${modules}auth_mellon.so`], ['/usr/sbin/mellon_create_metadata']],
  },
  mod_shib: { packages: ['libapache2-mod-shib'], files: [[`${modules}shib.so`], ['/usr/sbin/shibd'], ['/usr/sbin/shib-keygen']] },
  mod_php: {
    packages: ['libapache2-mod-php'],
    files: [['2', '3', '4', '5'].map((minor) => `/usr/lib/apache2/modules/libphp8.${minor}.so`)],
  },
  simplesamlphp: {
    packages: ['simplesamlphp', 'php-cli', 'php-xml', 'php-mbstring'],
    files: [['/usr/share/simplesamlphp/www'], ['/usr/bin/php']],
  },
  python: { packages: ['python3'], files: [['/usr/bin/python3']] },
  pysaml2: { packages: ['python3-pysaml2', 'xmlsec1'], files: [[`${python}saml2`], ['/usr/bin/xmlsec1']] },
  'python3-saml': { packages: ['python3-onelogin-saml2'], files: [[`${python}onelogin/saml2`]] },
  xmlsec: { packages: ['xmlsec1', 'libxml2-utils'], files: [['/usr/bin/xmlsec1'], ['/usr/bin/xmllint']] },
  java: { packages: ['default-jdk-headless'], files: [['/usr/bin/javac']] },
  openssl: { packages: ['openssl'], files: [['/usr/bin/openssl']] },
  curl: { packages: ['curl'], files: [['/usr/bin/curl']] },
  slapd: {
    packages: ['slapd'],
    files: [['/usr/sbin/slapd'], ['/usr/lib/ldap/ppolicy.so'], ['/usr/lib/ldap/memberof.so'], ['/usr/bin/setpriv']],
  },
  samba: {
    packages: ['samba-ad-dc', 'samba-ad-provision'],
    files: [['/usr/sbin/samba'], ['/usr/bin/samba-tool'], ['/usr/share/samba/setup/provision.ldif'], ['/usr/bin/setpriv']],
    asRoot: true,
  },
  faketime: { packages: ['libfaketime'], files: [faketimeFiles] },
  'deploy-tools': {
    packages: ['python3-venv'],
    command: 'python3 -m venv test/deploy/tools && test/deploy/tools/bin/pip install -r test/deploy/requirements.txt',
    files: ['hadolint', 'kubernetes-validate'].map((name) => [`${root}test/deploy/tools/bin/${name}`]),
  },
  strip: { packages: ['binutils'], files: [['/usr/bin/strip']] },
  prometheus: { packages: ['prometheus'], files: [['/usr/bin/promtool']] },
  yamllint: { packages: ['yamllint'], files: [['/usr/bin/yamllint']] },
  'docker-compose': { packages: ['docker-compose'], files: [['/usr/bin/docker-compose']] },
  systemd: { packages: ['systemd'], files: [['/usr/bin/systemd-analyze']] },
  caddy: { packages: ['caddy'], files: [['/usr/bin/caddy']] },
  patroni: {
    packages: ['patroni', 'etcd-server', 'python3-etcd', 'postgresql', 'haproxy'],
    files: [
      ['/usr/bin/patroni'],
      ['/usr/bin/etcd'],
      ['/usr/lib/python3/dist-packages/etcd'],
      ['15', '16', '17', '18'].map((version) => `/usr/lib/postgresql/${version}/bin/postgres`),
      ['/usr/sbin/haproxy'],
      ['/usr/bin/setpriv'],
    ],
    asRoot: true,
  },
  clients: { packages: [], command: 'npm ci --prefix test/interop/clients', files: [[`${root}test/interop/clients/node_modules`]] },
} satisfies Record<string, { packages: string[]; command?: string; files: string[][]; asRoot?: boolean }>;

export type Software = keyof typeof software;

/** What to install, or undefined when everything is here. In continuous integration, which installs it, what is missing is a failure. */
function missing(names: Software[]): string | undefined {
  const named = names.map((name) => software[name]);
  const absent = named.filter(({ files }) => !files.every((some) => some.some((file) => existsSync(file))));
  const needsRoot = named.some((one) => 'asRoot' in one) && process.getuid?.() !== 0;
  if (absent.length === 0 && !needsRoot) return undefined;
  const packages = [...new Set(absent.flatMap(({ packages }) => packages))];
  const commands = absent.flatMap((one) => ('command' in one ? [one.command] : []));
  const advice = [
    ...(packages.length > 0 ? [`apt-get install ${packages.join(' ')}`] : []),
    ...commands,
    ...(needsRoot ? ['run the tests as root'] : []),
  ].join('; ');
  if (process.env.CI) throw new Error(advice);
  return advice;
}

/** Skips the tests of this hook, or this test, where software is missing, and says what to install. */
export function needSoftware(test: Context, ...names: Software[]): void {
  const advice = missing(names);
  if (!advice) return;
  console.log(`      skipped: ${advice}`);
  test.skip();
}

/** Whether a test can also have the word of this software. */
export const isHere = (name: Software): boolean => missing([name]) === undefined;
