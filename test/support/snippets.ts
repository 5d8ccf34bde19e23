import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Blocks that no test runs, by their first line, and why. The guides among them say so in their last line. */
export const readingOnly: Record<string, Record<string, string>> = {
  'README.md': {
    'npm ci && npm start': 'writes the packages that the tests are using; journeys/server.test.ts starts the same server',
    'npm ci && npm test': 'is the run that this is a part of',
  },
  'examples/openid-connect/README.md': { 'npm install # Node 22.18 or newer': 'writes the packages that the tests are using' },
  'examples/api/README.md': {
    'npm install # Node 22.18 or newer': 'writes the packages that the tests are using',
    'curl -H "Authorization: Bearer $TOKEN" http://localhost:4002/notes # needs notes:read':
      'the sample application calls the same addresses in the test',
  },
  'examples/saml/README.md': { 'npm install # Node 22.18 or newer': 'writes the packages that the tests are using' },
  'docs/conformance.md': {
    'npm run conformance -- settings.json':
      'needs a server that somebody set up; conformance/conformance.test.ts runs the same checks on one of its own',
    '{': 'names the values of that server; the run refuses a file of another shape',
  },
  'docs/operators.md': {
    'docker build --tag portaria .':
      'needs an engine of containers; deploy/image.test.ts does what the Dockerfile says, and runs what comes of it',
    'npm run -s portaria -- backup /backups/portaria-tonight':
      'asks for a passphrase and a folder of the operator; journeys/backup.test.ts runs both commands',
    'kubectl create secret generic portaria --from-literal=DATABASE_URL=postgres://portaria:password@db.example.com/portaria \\':
      'needs a cluster; deploy/kubernetes.test.ts renders the same chart and checks its objects',
  },
  'docs/directories.md': {
    'net user svc-smartsync * /add /domain': 'needs Windows Server; Samba gives the same rights in test/support/domain-rights.ts',
  },
  'docs/guides/dotnet.md': { 'using Microsoft.AspNetCore.Authentication;': 'Debian has no ASP.NET Core' },
  'docs/guides/gitlab.md': {
    "gitlab_rails['omniauth_allow_single_sign_on'] = ['openid_connect'] # makes accounts for new people": 'Debian has no GitLab',
  },
  'docs/guides/go.md': { 'package main': 'its modules are not packages of Debian' },
  'docs/guides/grafana.md': { '[auth.generic_oauth]': 'Debian has no Grafana' },
  'docs/guides/laravel.md': {
    "'oidc' => [": 'its packages are not packages of Debian',
    'Event::listen(function (\\SocialiteProviders\\Manager\\SocialiteWasCalled $event) {': 'its packages are not packages of Debian',
  },
  'docs/guides/nextcloud.md': { 'occ app:install user_oidc': 'Debian has no Nextcloud' },
  'docs/guides/php.md': { '<?php': 'its library is not a package of Debian' },
  'docs/guides/protect-api.md': {
    "app.get('/orders', authorize('orders:read'), (request, response) => response.send(`Orders for ${request.token.sub}`));":
      'is the block before it, written for Express',
    'spring.security.oauth2.resourceserver.jwt.issuer-uri=https://login.example.com/acme': 'Debian has no Spring Boot',
    'http.authorizeHttpRequests(requests -> requests': 'Debian has no Spring Boot',
    'location /orders {': 'its module is not a package of Debian',
    'http_filters:': 'Debian has no Envoy',
  },
  'docs/guides/python.md': { 'import os': 'its libraries are of another version in Debian' },
  'docs/guides/smartsync.md': {
    'sudo cp -r dist/smartsync /opt/smartsync': 'installs a service on the machine that runs the tests',
    'icacls data /inheritance:r /grant "Administrators:(OI)(CI)F" /grant "NT AUTHORITY\\LocalService:(OI)(CI)F"':
      'are commands of Windows, with a program that we do not bring',
  },
  'docs/guides/spring-boot.md': { 'spring:': 'Debian has no Spring Boot' },
};

const taken = new Set<string>();

type Block = { language: string; text: string; key: string };

/** The blocks of code of a document that say their language. @param document its path, or the name of a guide */
export function blocksOf(document: string): Block[] {
  const path = pathOf(document);
  const found = readFileSync(root + path, 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  return [...found].map(([, language, text], index) => ({ language: language!, text: text!, key: `${path} ${index}` }));
}

const pathOf = (document: string): string => (existsSync(root + document) ? document : `docs/guides/${document}`);

/** Blocks that a test has to run. */
export const blocksToRun = (document: string): Block[] =>
  blocksOf(document).filter(({ text }) => readingOnly[pathOf(document)]?.[text.slice(0, text.indexOf('\n'))] === undefined);

/** What a test runs, as it is printed. @param which of those in this language */
export function snippet(document: string, language: string, which = 0): string {
  const block = blocksOf(document).filter((one) => one.language === language)[which];
  if (!block) throw new Error(`${document} has no ${language} ${which}`);
  taken.add(block.key);
  return block.text;
}

/** The last test of those that run these documents. */
export const everySnippetRuns = (...documents: string[]): void =>
  void it('no block of code was left out', () => {
    for (const document of documents)
      for (const { key, text } of blocksToRun(document)) expect(taken.has(key), `${key}\n${text}`).to.equal(true);
  });

/**
 * Runs a block for the shell, which ends at the first command that fails.
 * @param place folder that commands run in
 * @returns what it printed
 */
export async function runShell(text: string, place: string, env: Record<string, string> = {}): Promise<string> {
  // who is not root cannot give a file to Apache's user, nor needs to: Apache runs as themselves
  const givesFiles = /^chgrp |^shib-keygen /m.test(text);
  const own = givesFiles && process.getuid?.() !== 0 ? `${withoutRoot(place)}:` : '';
  const child = spawn('sh', ['-e', '-c', text], { cwd: place, env: { ...env, PATH: `${own}${process.env.PATH}:/usr/sbin` } });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`${text}ended with ${status}:\n${output}`);
  return output;
}

function withoutRoot(place: string): string {
  mkdirSync(`${place}/bin`, { recursive: true });
  for (const name of ['chgrp', 'chown']) {
    writeFileSync(`${place}/bin/${name}`, '#!/bin/sh\n');
    chmodSync(`${place}/bin/${name}`, 0o755);
  }
  return `${place}/bin`;
}
