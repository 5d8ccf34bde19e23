import { type Attribute, everyNameIdFormat, type NameId, type NameIdFormat, nameIdFormat, newXmlId } from '../../../platform/saml/index.ts';
import type { Scope } from '../../scope.ts';
import type { Profile } from '../access/index.ts';
import { type Application, fillTemplate, type SamlSettings, type SourceField, toldFields } from '../applications/index.ts';
import { readPerson } from './read-person.ts';
import { findPersistentNameId, makePersistentNameId } from './store.ts';

/**
 * What the request says of the name it wants (core §3.4.1.1). AllowCreate is not looked at: it speaks of names made for this request,
 * and a persistent name of ours stands for the person and the application for ever. A preview makes none.
 */
export type NameIdRequest = { format?: string; spNameQualifier?: string; isPreview?: boolean };

/** Why there is no name for a person; the protocol says InvalidNameIDPolicy to all of them (core §3.4.1.1). */
export const nameIdFaults = [
  'format', // one that we do not have
  'encrypted', // §8.3: asks for an EncryptedID
  'qualifier', // the name that another application knows the person by
  'no-email',
  'no-value', // the field behind the name is empty
] as const;
export type NameIdFault = (typeof nameIdFaults)[number];

export type Description =
  | { outcome: 'described'; nameId: NameId; attributes: Attribute[] }
  | { outcome: 'unavailable'; fault: NameIdFault; format: string };

type SamlApplication = Pick<Application, 'applicationId'> & { saml: SamlSettings };

/** @param issuer our entity ID: persistent names are pairwise between it and the application (core §8.3.7) */
export async function describePerson(
  scope: Scope,
  application: SamlApplication,
  user: Profile,
  issuer: string,
  request: NameIdRequest = {},
): Promise<Description> {
  const { saml } = application;
  const format = chooseFormat(saml, request.format);
  if (format === 'encrypted' || format === 'format') return unavailable(format, request.format);
  const spNameQualifier = request.spNameQualifier || saml.spNameQualifier || saml.entityId;
  if (spNameQualifier !== saml.entityId && spNameQualifier !== saml.spNameQualifier) return unavailable('qualifier', spNameQualifier);
  const valuesOf = await readPerson(scope, user, toldFields(saml));
  const value = await nameOf(scope, application, user, format.name, { isPreview: request.isPreview, valuesOf });
  if (!value) return unavailable(format.name === 'emailAddress' ? 'no-email' : 'no-value', everyNameIdFormat[format.name]);
  // a name that is ours alone says between whom it holds (core §8.3.7, §8.3.8)
  const isPairwise = format.name === 'transient' || (format.name === 'persistent' && !hasOwnValue(saml));
  const own = saml.spNameQualifier ? { spNameQualifier: saml.spNameQualifier } : {};
  const qualifiers = isPairwise ? { nameQualifier: issuer, spNameQualifier } : own;
  const nameId: NameId = { format: everyNameIdFormat[format.name], value, ...qualifiers };
  const attributes: Attribute[] = saml.attributes.map(({ name, nameFormat, friendlyName, from, value, template }) => ({
    name,
    nameFormat,
    friendlyName,
    values: from ? valuesOf(from) : template ? fillTemplate(template, valuesOf) : [value ?? ''],
  }));
  if (saml.sendGroups) {
    attributes.push(
      { name: 'GroupId', nameFormat: 'basic', values: valuesOf('groupIds') },
      { name: 'Groupname', nameFormat: 'basic', values: valuesOf('groupNames') },
    );
  }
  // an attribute without a value says something else than one that is missing (core §2.7.3.1.1)
  return { outcome: 'described', nameId, attributes: attributes.filter(({ values }) => values.length > 0) };
}

const unavailable = (fault: NameIdFault, format = ''): Description => ({ outcome: 'unavailable', fault, format });

const sameName: Record<string, NameIdFormat> = {
  // often written with the prefix of 2.0, under which core §8.3 has no such names
  'urn:oasis:names:tc:SAML:2.0:nameid-format:emailAddress': 'emailAddress',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:unspecified': 'unspecified',
};
const encrypted = 'urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted';

/** The application may ask for another format than the one it is registered with, unless the administrator has forced that. An empty one is none. */
function chooseFormat(
  { nameIdFormat: own, forceNameIdFormat }: SamlSettings,
  wanted = '',
): { name: SamlSettings['nameIdFormat'] } | 'format' | 'encrypted' {
  if (forceNameIdFormat || wanted === '' || wanted === everyNameIdFormat[own]) return { name: own };
  if (wanted === encrypted) return 'encrypted';
  const name = sameName[wanted] ?? (Object.keys(nameIdFormat) as NameIdFormat[]).find((key) => nameIdFormat[key] === wanted);
  if (!name) return 'format';
  return { name: name === 'unspecified' ? own : name };
}

/** RFC 4514 §2.4: what a person is called adds no part to their distinguished name. */
const escapeInName = (value: string): string =>
  value.replace(/["+,;<>\\]|^[ #]| $/g, (character) => `\\${character}`).replaceAll('\0', '\\00');

/** A persistent name of ours is made when the person first opens the application, and not by a preview. */
export const isNamedLater = (saml: SamlSettings, description: Description): boolean =>
  description.outcome === 'unavailable' && description.fault === 'no-value' && saml.nameIdFormat === 'persistent' && !hasOwnValue(saml);

const hasOwnValue = ({ nameIdField, nameIdTemplate }: SamlSettings): boolean => (nameIdField ?? nameIdTemplate) !== undefined;

type Naming = { isPreview?: boolean; valuesOf: (field: SourceField) => string[] };

async function nameOf(
  scope: Scope,
  { applicationId, saml }: SamlApplication,
  { userId }: Profile,
  format: SamlSettings['nameIdFormat'],
  { isPreview, valuesOf }: Naming,
): Promise<string | undefined> {
  if (format === 'transient') return newXmlId();
  if (format === 'persistent' && !hasOwnValue(saml)) {
    const found = await findPersistentNameId(scope, applicationId, userId);
    return found ?? (isPreview ? undefined : await makePersistentNameId(scope, applicationId, userId));
  }
  if (format === 'emailAddress') return valuesOf('email')[0];
  if (!saml.nameIdTemplate) return valuesOf(saml.nameIdField ?? 'login')[0];
  const partsOf = format === 'x509SubjectName' ? (field: SourceField) => valuesOf(field).map(escapeInName) : valuesOf;
  return fillTemplate(saml.nameIdTemplate, partsOf)[0];
}
