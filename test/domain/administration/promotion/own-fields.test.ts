import { expect } from 'chai';
import { z } from 'zod';
import { isOfNothing } from '../../../../src/domain/administration/configuration/compare-configurations.ts';
import { describedFile } from '../../../../src/domain/administration/configuration/index.ts';
import { isOwnPath, ownFieldsOf } from '../../../../src/domain/administration/promotion/index.ts';
import { withOwnValues } from '../../../../src/domain/administration/promotion/own-fields.ts';

type Schema = {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  additionalProperties?: Schema | boolean;
};

/** Every field that takes a text of somebody's own, or anything: an address or a certificate is one of them, whatever it is called. */
function listTexts(schema: Schema, path: string[] = []): string[] {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.flatMap((one) => listTexts(one, path));
  if (schema.properties) return Object.entries(schema.properties).flatMap(([key, inner]) => listTexts(inner, [...path, key]));
  if (schema.items) return listTexts(schema.items, path);
  if (typeof schema.additionalProperties === 'object') return listTexts(schema.additionalProperties, [...path, '*']);
  const isText = schema.type === undefined || [schema.type].flat().includes('string');
  return isText && !schema.enum && schema.const === undefined ? [path.join('.')] : [];
}

const { contexts } = (
  z.toJSONSchema(describedFile, { io: 'input', unrepresentable: 'any' }) as unknown as {
    properties: { contexts: { items: { properties: Record<string, Schema> } } };
  }
).properties;

const reasons = {
  name: 'what people or programs call it, the same in every environment',
  secret: 'a secret has a life of its own: neither asked for nor compared',
  rule: 'what is told of people, or which of them: this is what is tried in approval',
  file: 'only a file has it: what it says is read into the other fields',
  people: 'people never cross',
  end: 'the day that a weakness ends, which was decided once for all',
};

/** Texts that are promoted as they are, and why. */
const notOwn: Record<string, Record<string, keyof typeof reasons>> = {
  application: {
    code: 'name',
    name: 'name',
    description: 'name',
    category: 'name',
    catalogueEntry: 'name',
    logo: 'name',
    'oidc.client_id': 'name',
    'oidc.client_secret': 'secret',
    'oidc.claims.name': 'rule',
    'oidc.claims.from': 'rule',
    'oidc.claims.value': 'rule',
    'oidc.claims.template': 'rule',
    'oidc.groups_claim.prefix': 'rule',
    'oidc.groups_claim.names.group': 'rule',
    'oidc.groups_claim.names.as': 'rule',
    'saml.nameIdField': 'rule',
    'saml.nameIdTemplate': 'rule',
    'saml.attributes.name': 'rule',
    'saml.attributes.friendlyName': 'rule',
    'saml.attributes.from': 'rule',
    'saml.attributes.value': 'rule',
    'saml.attributes.template': 'rule',
    'saml.acceptInclusiveC14nUntil': 'end',
    'saml.acceptSha1Until': 'end',
    'saml.metadata': 'file',
    'assignedTo.groups': 'rule',
    'assignedTo.users': 'people',
  },
  directory: {
    name: 'name',
    'settings.userFilter': 'rule',
    'settings.groupFilter': 'rule',
    'settings.mapping.firstName': 'rule',
    'settings.mapping.lastName': 'rule',
    'settings.mapping.fullName': 'rule',
    'settings.mapping.email': 'rule',
    'settings.mapping.username': 'rule',
    'settings.mapping.department': 'rule',
    'settings.mapping.customFields.*': 'rule',
  },
};

describe('domain/administration/promotion: what an environment has of its own', () => {
  for (const [kind, list] of [
    ['application', 'applications'],
    ['directory', 'directories'],
  ] as const)
    it(`every text of each ${kind} is its own, or is named here with the reason why not`, () => {
      const texts = [...new Set(listTexts(contexts.items.properties[list]!.items!))];
      expect(texts.length).to.be.greaterThan(10);
      expect(
        texts.filter((path) => !isOwnPath(kind, path)),
        'own-fields.ts lacks it, or this list',
      ).to.have.members(Object.keys(notOwn[kind]!));
      const unknown = ownFieldsOf(kind).filter(({ path }) => !texts.some((one) => one === path || one.startsWith(`${path}.`)));
      expect(unknown, 'the file has no such field').to.deep.equal([]);
    });

  it('what production has of its own stays as it is unless somebody says more, and nothing that is empty is a difference', () => {
    const pairs = ['application', 'directory'].flatMap((kind) => ownFieldsOf(kind).map((field) => [kind, field] as const));
    const absent = Symbol('absent');
    const nothings = [absent, '', [], null];
    for (const [kind, { path }] of pairs) {
      const owner = path.split('.').slice(0, -1);
      const last = path.split('.').at(-1)!;
      const objectWith = (value: unknown) => {
        const inner = { shared: 'x', ...(value === absent ? {} : { [last]: value }) };
        return (owner.length > 0 ? { code: 'a', name: 'a', [owner[0]!]: inner } : { code: 'a', name: 'a', ...inner }) as never;
      };
      for (const ours of [...nothings, ['own']])
        for (const theirs of [...nothings, ['other']]) {
          const result = withOwnValues(kind, objectWith(theirs), objectWith(ours), {});
          expect(result, `${kind} ${path}`).to.deep.equal(objectWith(ours));
        }
      for (const sides of [{ before: [] }, { after: [] }, { before: [], after: '' }])
        expect(isOfNothing({ path, ...sides }), path).to.equal(true);
    }
    expect(isOfNothing({ path: 'oidc.standard_claims.email', after: [] }), 'withheld').to.equal(false);
  });
});
