import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { z } from 'zod';
import {
  describedFile,
  type FieldDifference,
  type Kind,
  kinds,
  tellFields,
  tellObject,
  tellPath,
} from '../../../../src/domain/administration/configuration/index.ts';
import { findingCodes, ownFieldsOf, tellFinding, tellHindrance } from '../../../../src/domain/administration/promotion/index.ts';
import { createI18n, locales } from '../../../../src/platform/i18n/index.ts';

type Schema = {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  propertyNames?: { enum?: string[] };
  additionalProperties?: Schema;
  enum?: unknown[];
};

/** Every field that a schema can have, keys of a list of names by the first of them. */
function listPaths(schema: Schema, path: string[] = []): string[] {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return listPaths(choices.find((one) => one.properties || one.additionalProperties) ?? {}, path);
  if (schema.properties) return Object.entries(schema.properties).flatMap(([key, inner]) => listPaths(inner, [...path, key]));
  if (schema.items?.properties) return [path.join('.'), ...listPaths(schema.items, path)];
  const names = schema.propertyNames?.enum;
  if (names && schema.additionalProperties) return listPaths(schema.additionalProperties, [...path, names[0]!]);
  return [path.join('.')];
}

/** Every word that a field can have, by its path. */
function listWords(schema: Schema, path: string[] = []): [path: string, word: string][] {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.flatMap((one) => listWords(one, path));
  if (schema.enum) return schema.enum.map((word) => [path.join('.'), String(word)]);
  if (schema.items) return listWords(schema.items, path);
  if (schema.properties) return Object.entries(schema.properties).flatMap(([key, inner]) => listWords(inner, [...path, key]));
  const name = schema.propertyNames?.enum?.[0];
  return name && typeof schema.additionalProperties === 'object' ? listWords(schema.additionalProperties, [...path, name]) : [];
}

/** Names of a protocol or a program, which are written so in every language, and words that English has for themselves. */
const technical =
  /^(RS256|ES256|rsa-.*|ecdsa-.*|aes\d.*|jwt|roles|permissions|basic|uri|unspecified\d*|transient|persistent|openid|profile|email|groups|phone|address|digit|symbol)$/;

const company = (
  z.toJSONSchema(describedFile, { io: 'input', unrepresentable: 'any' }) as unknown as {
    properties: { contexts: { items: { properties: Record<string, Schema> } } };
  }
).properties.contexts.items.properties;

const sections: Partial<Record<Kind, Schema>> = {
  newAccounts: company.newAccounts,
  profiles: company.profiles,
  branding: company.branding,
  terms: company.terms,
  directoryRules: company.directoryRules,
  customField: company.customFields!.items,
  group: company.groups!.items,
  directory: company.directories!.items,
  application: company.applications!.items,
  api: company.apis!.items,
  policy: company.policy,
  override: company.policy!.properties!.overrides!.items,
};
// people, secrets and what only a file has never differ
const neverDiffers =
  /^(assignedTo\.users|scopes\.grantedTo\.users|members|oidc\.(client_secret|former_client_secret_expires_at)|saml\.metadata|overrides(\..*)?)$/;

describe('domain/administration/promotion: in words', () => {
  const i18n = createI18n(new URL('../../../../views/', import.meta.url));

  for (const locale of locales)
    it(`every object, field and finding has words in ${locale}`, () => {
      const t = i18n.for(locale);
      const unnamed = Object.entries(sections).flatMap(([kind, schema]) => {
        const paths = listPaths(schema!).filter((path) => !neverDiffers.test(path));
        expect(paths.length, kind).to.be.greaterThan(1);
        const items = new Set(paths.filter((path) => paths.some((other) => other.startsWith(`${path}.`))));
        const isNamed = (path: string) => {
          const label = tellPath(t, kind as Kind, path);
          // a key of an object in a list has a name of its own, not that of the list with the key behind it
          return (
            label !== path &&
            ![...items].some((list) => path.startsWith(`${list}.`) && label.startsWith(`${tellPath(t, kind as Kind, list)} (`))
          );
        };
        return paths.filter((path) => !isNamed(path)).map((path) => `${kind} ${path}`);
      });
      const raw = Object.entries(sections).flatMap(([kind, schema]) =>
        listWords(schema!)
          .filter(([path, word]) => !neverDiffers.test(path) && path !== 'claim' && !technical.test(word))
          .filter(
            ([path, word]) => tellFields(t, { kind: kind as Kind, action: 'add', fields: [{ path, after: word }] })[0]?.after === word,
          )
          .map(([path, word]) => `${kind} ${path} ${word}`),
      );
      expect(raw).to.deep.equal([]);
      const own = ['application', 'directory'].flatMap((kind) =>
        ownFieldsOf(kind).filter(({ path }) => tellPath(t, kind as Kind, path) === path),
      );
      const fields = ['name', 'environment', 'pairedWith', 'address', 'samlEntityId', 'timeZone', 'auditRetentionDays'];
      const ofCompany = fields.filter((path) => tellPath(t, 'company', path) === path);
      const mails = ['subject', 'body', 'action'].filter((path) => tellPath(t, 'mail', path) === path);
      expect([...unnamed, ...own, ...ofCompany, ...mails]).to.deep.equal([]);
      for (const kind of kinds) {
        const key = kind === 'mail' ? 'invitation.en' : kind === 'override' ? 'role:administrator' : 'key';
        expect(tellObject(t, { kind, key, name: 'Name' }), kind).not.to.match(/promotion\.|messages\.|roles\./);
      }
      for (const code of Object.keys(findingCodes) as (keyof typeof findingCodes)[]) {
        const object = { kind: 'application', key: 'crm', name: 'CRM' } as const;
        const said = tellFinding(t, {
          id: '',
          code,
          severity: findingCodes[code],
          object,
          other: object,
          path: 'oidc.redirect_uris',
          params: { rule: 'errors.busy' },
        });
        expect(said)
          .to.match(/\w.*\.$/)
          .and.not.to.contain('promotion.');
      }
      const by = { kind: 'application', key: 'crm', name: 'CRM' } as const;
      expect(t('promotion.findings.refused_field')).not.to.contain('promotion.');
      for (const why of ['changed', 'gone', 'back', 'people', 'needed'] as const)
        expect(tellHindrance(t, 'application', { why, paths: ['oidc.redirect_uris'], by }), why)
          .to.match(/\w/)
          .and.not.to.match(/promotion\.|redirect_uris/);
    });

  it('what is said beside an object agrees with every kind of object: no participle or pronoun hangs on its gender', () => {
    // nouns, and the article of one, agree with nothing
    const ofNouns = /(?<!\p{L})(certificados?|cifrado|dados|la persona)(?!\p{L})/giu;
    const gendered = /(?<!ha \p{L}*)[ai]d[oa]s?(?!\p{L})|(?<!\p{L})(lo|la|los|las|dele|dela)(?!\p{L})/iu;
    for (const locale of ['es', 'pt-BR'] as const) {
      const { promotion } = JSON.parse(
        readFileSync(new URL(`../../../../views/admin-console/promotion/texts.${locale}.json`, import.meta.url), 'utf8'),
      );
      const badges = { ...promotion.actions, ...promotion.undo_actions };
      for (const [key, text] of Object.entries<string>(badges))
        expect(text, `${locale} ${key}`).not.to.match(/^(es|é|se|foi|fue|será) |[ai]d[oa]s?$/);
      // those of applications alone agree with that word
      const { nobody: _, ...findings } = promotion.findings as Record<string, string>;
      expect(Object.values(findings).filter((text) => text.includes('{{object}}'))).to.have.length.greaterThan(10);
      for (const [key, text] of Object.entries(findings)) {
        const [, beside = ''] = text.split(/\{\{object\}\}:?/);
        // to its end: a rule or another sentence behind it speaks for itself
        expect(beside.split('.')[0]!.replace(ofNouns, ''), `${locale} ${key}`).not.to.match(gendered);
      }
      const hindrances = promotion.hindrances as Record<string, string>;
      for (const [key, text] of Object.entries(hindrances)) expect(text, `${locale} ${key}`).not.to.match(gendered);
    }
  });

  const t = i18n.for('en');
  const tell = (kind: Kind, action: 'add' | 'change' | 'remove', ...fields: FieldDifference[]) => tellFields(t, { kind, action, fields });

  it('values are told as people read them', () => {
    expect(tell('application', 'change', { path: 'navigable', before: false, after: true })).to.deep.equal([
      { label: 'Navigable', before: 'No', after: 'Yes', isLong: false },
    ]);
    expect(tell('branding', 'change', { path: 'texts.pt-BR.signIn', after: 'Olá' })[0]).to.include({
      label: 'On the sign-in page (pt-BR)',
      before: '',
      after: 'Olá',
    });
    expect(tell('application', 'change', { path: 'logo', after: 'data:image/png;base64,AAAA' })[0]).to.include({ after: 'image' });
    const claims = [{ name: 'plant', from: 'custom.plant', into: ['id_token', 'userinfo'] }];
    expect(tell('application', 'change', { path: 'oidc.claims', before: [], after: claims })[0]!.after).to.equal(
      'Name: plant; Value: custom.plant; Sent in: ID token, UserInfo',
    );
    const services = [{ binding: 'post', url: 'https://a.example/slo' }];
    expect(tell('application', 'change', { path: 'saml.singleLogoutServices', after: services })[0]!.after).to.equal(
      'Binding: HTTP-POST; URL: https://a.example/slo',
    );
    const scopes = [{ name: 'read', texts: { en: 'Read', es: 'Leer' }, grantedTo: { groups: ['A', 'B'] } }];
    expect(tell('api', 'change', { path: 'scopes', after: scopes })[0]!.after).to.equal(
      'Name: read; What it allows (en): Read; What it allows (es): Leer; Granted to groups: A, B',
    );
    expect(tell('application', 'change', { path: 'oidc.jwks.keys', after: [{ kty: 'EC' }] })[0]!.after, 'names of RFC 7517').to.equal(
      'kty: EC',
    );
    expect(tell('terms', 'change', { path: 'en.body', before: 'short', after: 'long '.repeat(100) })[0]).to.include({ isLong: true });
  });

  it('a word of a form is told as the form says it, alone or in a list', () => {
    const [method] = tell('application', 'change', { path: 'oidc.token_endpoint_auth_method', before: 'none', after: 'any' });
    expect(method!.after).to.equal('Client secret in the header or the body');
    expect(tell('policy', 'change', { path: 'hours.days', before: [1], after: [1, 7] })[0]).to.include({
      before: 'Monday',
      after: 'Monday\nSunday',
    });
    expect(tell('override', 'change', { path: 'secondFactor.demand', before: 'off', after: 'required' })[0]!.after).not.to.equal(
      'required',
    );
  });

  it('a field that differs is told so that the difference shows, and one that says the same is not', () => {
    const picture = (end: string) => `data:image/png;base64,${end}`;
    const texts = tell(
      'branding',
      'change',
      { path: 'texts.en.launchpad', after: '' },
      { path: 'texts.en.signIn', before: '', after: 'Hello' },
      { path: 'logo', before: picture('AAAA'), after: picture('AAAB') },
    );
    expect(texts.map(({ label, before, after }) => [label, before, after])).to.deep.equal([
      ['On the sign-in page (en)', '', 'Hello'],
      ['Logo', 'image', 'another image'],
    ]);
    const [claim] = tell('application', 'change', { path: 'oidc.standard_claims.email', after: [] });
    expect(claim).to.include({ before: 'not set', after: 'empty list' });
    const [odd] = tell('application', 'change', { path: 'oidc.most_values', before: 1, after: '1' });
    expect(odd!.before).not.to.equal(odd!.after);
  });

  it('of what is new, only what says something is told', () => {
    const fields = [
      { path: 'name', after: 'CRM' },
      { path: 'description', after: '' },
      { path: 'navigable', after: false },
      { path: 'oidc.web_origins', after: [] },
    ];
    expect(tell('application', 'add', ...fields).map(({ label }) => label)).to.deep.equal(['Name']);
  });
});
