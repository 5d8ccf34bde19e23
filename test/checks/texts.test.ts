import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { explainReasons, explanationSteps, mendPages } from '../../src/domain/administration/explanations/index.ts';
import { nameIdFaults } from '../../src/domain/applications/assertions/index.ts';
import { mailKinds } from '../../src/domain/company/mails/index.ts';
import { auditEventTypes } from '../../src/domain/records/audit/index.ts';
import { factors, proofs } from '../../src/domain/sign-in/credentials/factors/index.ts';
import { defaultRules, explainPolicy } from '../../src/domain/sign-in/sign-in-policy/index.ts';
import { locales } from '../../src/platform/i18n/index.ts';
import { gateRules, statusOf } from '../../src/platform/saml/index.ts';
import { folders, textsOf } from './texts.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(root + file, 'utf8');

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

/** The folder of each English text, by key. */
const homes = new Map(folders.flatMap((folder) => [...textsOf(folder, 'en').keys()].map((key) => [key, folder] as const)));
/** `bulk.people_one` and `bulk.people_other` are asked for as `bulk.people`. */
const withoutPlural = (key: string) => key.replace(/_(one|many|other)$/, '');
/** A page that asks names the question; the texts are its title, lead and button. */
const questionOf = (key: string) => key.replace(/\.(title|lead|submit)$/, '');
const askedAs = new Map<string, string>();
for (const key of homes.keys()) for (const name of [key, withoutPlural(key), questionOf(key)]) askedAs.set(name, key);

const sources = [...globSync('views/**/*.pug', { cwd: root }), ...globSync('src/**/*.ts', { cwd: root })].map((file) => ({
  file,
  source: read(file),
}));

/** Folders of views whose texts every page may use. */
const shared = ['views/components', 'views/layouts', 'views/errors', 'views/mail', 'views/audit', 'views/factors'];

const isShared = (folder: string) => shared.some((one) => `${folder}/`.startsWith(`${one}/`));

/** The folder of views of a page or of a file of src/web; `views` for what belongs to no audience. */
function folderOf(file: string): string {
  const [, noun, inConsole] = /^src\/web\/admin-console\/([a-z-]+)(\/)?/.exec(file) ?? [];
  if (noun) return inConsole || folders.includes(`views/admin-console/${noun}`) ? `views/admin-console/${noun}` : 'views/admin-console';
  const [, slice] = /^src\/web\/([a-z-]+)\//.exec(file) ?? [];
  if (slice && slice !== 'request') return `views/${slice}`;
  if (file.startsWith('src/smartsync/')) return 'src/smartsync/texts';
  return file.startsWith('views/') ? file.slice(0, file.lastIndexOf('/')) : 'views';
}

/** The command line says what the console says, and what both say the domain tells. */
const saysConsoleWords = (file: string): boolean => /^src\/(command-line\/|domain\/.+\/tell-[a-z-]+\.ts$)/.test(file);

describe('texts in three languages', () => {
  it('every file of texts has the same keys in all three languages, with the same placeholders', () => {
    expect(folders.length).to.be.greaterThan(20);
    for (const folder of folders) {
      const english = textsOf(folder, 'en');
      for (const locale of locales) {
        const texts = textsOf(folder, locale);
        expect([...texts.keys()], `${folder} ${locale}`).to.deep.equal([...english.keys()]);
        for (const [key, text] of english) {
          expect(texts.get(key), key).to.match(/\S/);
          expect(placeholders(texts.get(key)!), key).to.deep.equal(placeholders(text));
        }
      }
    }
  });

  it('quotation marks and apostrophes are those of the language', () => {
    const quotes = { en: /["'«»‘]/, es: /["'“”‘]/, 'pt-BR': /["'«»‘]/ };
    // JSON, and characters that are listed
    const asTyped = ['fields.jwks_set', 'fields.directory_login'];
    const wrong = locales.flatMap((locale) =>
      folders.flatMap((folder) =>
        [...textsOf(folder, locale)].filter(([key, text]) => quotes[locale].test(text) && !asTyped.includes(key)),
      ),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('every key that a page or the code names exists', () => {
    const missing = [];
    for (const { file, source } of sources) {
      for (const [, key = ''] of source.matchAll(/\bt\(\s*'([a-z_.]+)'\s*[,)]/g)) if (!askedAs.has(key)) missing.push(`${file}: ${key}`);
      for (const [, key = ''] of source.matchAll(/'((?:fields|errors)\.[a-z_]+)'/g)) if (!homes.has(key)) missing.push(`${file}: ${key}`);
      for (const [, code = ''] of source.matchAll(/new AppError\('([a-z_]+)'/g))
        if (!homes.has(`errors.${code}`)) missing.push(`${file}: errors.${code}`);
      for (const [, key = ''] of source.matchAll(/redirectTo\(page, [^\n]*'([a-z_]+)'\)/g))
        if (!homes.has(`notices.${key}`)) missing.push(`${file}: notices.${key}`);
      for (const [, key = ''] of source.matchAll(/question: '(confirm\.[a-z_]+)'/g))
        if (!homes.has(`${key}.title`)) missing.push(`${file}: ${key}`);
      for (const [, key = ''] of source.matchAll(/done: '([a-z_]+)'/g))
        if (!homes.has(`notices.${key}`)) missing.push(`${file}: notices.${key}`);
    }
    expect(missing).to.deep.equal([]);
  });

  it('a page uses the texts of its own folder and of those above it, and the shared ones', () => {
    const foreign = [];
    for (const { file, source } of sources) {
      const folder = folderOf(file);
      for (const [, name = ''] of source.matchAll(/['"`]([a-z_]+\.[a-z_.]+)['"`]/g)) {
        const home = homes.get(askedAs.get(name) ?? '');
        if (
          home &&
          !isShared(home) &&
          !(saysConsoleWords(file) && home.startsWith('views/admin-console')) &&
          !`${folder}/`.startsWith(`${home}/`)
        )
          foreign.push(`${file}: ${name} of ${home}`);
      }
    }
    expect(foreign).to.deep.equal([]);
  });

  it('what the command line says in its own words is a text that a page says otherwise', () => {
    const own = [...textsOf('views/command-line', 'en').keys()].map((key) => key.slice('command_line.'.length));
    expect(own.filter((key) => !homes.has(key))).to.deep.equal([]);
  });

  it('every text is used', () => {
    const all = sources.map(({ source }) => source).join('\n');
    const words = new Set([...all.matchAll(/['"`]([a-z_.:-]+)['"`]/g)].map(([, word = '']) => word));
    // what stands before a variable, `policy.day_${day}` or 'users.' + kind: the words of what follows stand somewhere too
    const beginnings = [...all.matchAll(/['`]([a-z_]+\.[a-z_.]*)(?:\$\{|' \+)/g)].map(([, beginning = '']) => beginning);
    const parts = new Set([...all.matchAll(/[A-Za-z0-9]+/g)].flatMap(([part]) => [part, part.toLowerCase()]));
    const isBuilt = (key: string, beginning: string) =>
      key.startsWith(beginning) &&
      key
        .slice(beginning.length)
        .split(/[._]/)
        .every((part) => parts.has(part));
    const isUsed = (key: string) =>
      [key, withoutPlural(key), questionOf(key)].some((name) => words.has(name)) ||
      beginnings.some((beginning) => isBuilt(withoutPlural(key), beginning));
    expect(beginnings.length).to.be.greaterThan(30);
    expect([...homes.keys()].filter((key) => !isUsed(key))).to.deep.equal([]);
  });

  it('every rule that refuses a SAML message or a sign-in by SAML says what broke and what mends it', () => {
    const statuses = Object.keys(statusOf).filter((status) => !['Success', 'PartialLogout', 'InvalidNameIDPolicy'].includes(status));
    const reasons = [
      ...gateRules,
      ...statuses.map((status) => `saml:${status}`),
      ...nameIdFaults.map((fault) => `saml:InvalidNameIDPolicy:${fault}`),
    ];
    expect(reasons.length).to.be.greaterThan(30);
    for (const locale of locales) {
      const texts = textsOf('views/audit', locale);
      const said = reasons.map((reason) => {
        const name = reason.replace(/[.:-]/g, '_');
        for (const key of [`audit.reasons.${name}`, `audit.remedies.${name}`]) expect(texts.get(key), `${key} in ${locale}`).to.match(/\S/);
        return texts.get(`audit.reasons.${name}`);
      });
      expect(new Set(said).size, `one sentence each in ${locale}`).to.equal(reasons.length);
    }
  });

  it('every factor has its own texts, and the reasons of a refusal in the audit', () => {
    const missing = [];
    for (const kind of Object.keys(proofs).map((name) => name.replaceAll('-', '_'))) {
      const isFactor = kind in factors;
      const keys = [...['lead', 'use', 'wrong'], ...(isFactor ? ['name', 'add', 'instead', 'wrong_first'] : [])];
      for (const key of [...keys.map((key) => `factors.${kind}.${key}`), `audit.reasons.wrong_${kind}`])
        if (!homes.has(key)) missing.push(key);
    }
    expect(missing).to.deep.equal([]);
    // a kind can have a hyphen, which no key has: only factorTexts makes the beginning of a key
    const makers = sources.filter(({ source }) => /factors\.(\$\{|['"`] \+)/.test(source)).map(({ file }) => file);
    expect(makers).to.deep.equal(['src/domain/sign-in/sign-in-policy/tell-policy-value.ts']);
  });

  it('every mail has its words and a name, and each of its parameters an example', () => {
    const keys = Object.entries(mailKinds).flatMap(([mail, params]) => [
      ...['subject', 'body', 'action'].map((part) => `mail.${mail}.${part}`),
      `messages.names.${mail}`,
      ...params.map((param) => `messages.examples.${param}`),
    ]);
    expect(keys.filter((key) => !homes.has(key))).to.deep.equal([]);
  });

  it('every part of the policy has a name', () => {
    const parts = explainPolicy(defaultRules, { role: 'regular', groupIds: [] }).map(({ part }) => part);
    expect(parts.length).to.be.greaterThan(15);
    expect(parts.filter((part) => !homes.has(`policy.parts.${part.replace('.', '_')}`))).to.deep.equal([]);
  });

  it('every step, reason and mending page of an explanation has its words', () => {
    const key = (text: string) => text.replace(/-/g, '_');
    const keys = [
      ...explanationSteps.map((step) => `explain.steps.${key(step)}`),
      ...explainReasons.map((reason) => `explain.reasons.${key(reason)}`),
      ...mendPages.map((page) => `explain.mend.${key(page)}`),
      ...['passed', 'asks', 'refuses', 'unknown'].map((outcome) => `explain.outcomes.${outcome}`),
    ];
    expect(keys.filter((one) => !homes.has(one))).to.deep.equal([]);
    const lines = read('src/domain/administration/explanations/tell-lines.ts');
    const facts = [...lines.matchAll(/key: (?:\w+[^?'}]* \? )?'([a-z_]+)'(?: : '([a-z_]+)')?/g)].flatMap(([, one, other]) => [
      one,
      ...(other ? [other] : []),
    ]);
    expect(facts.length).to.be.greaterThan(30);
    expect(facts.filter((one) => !homes.has(`explain.facts.${one}`))).to.deep.equal([]);
  });

  it('every audit event has a name', () => {
    expect(auditEventTypes.filter((type) => !homes.has(`audit.types.${type.replace(/[.-]/g, '_')}`))).to.deep.equal([]);
  });
});
