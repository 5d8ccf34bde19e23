import { createHash, randomBytes } from 'node:crypto';
import { type Encryption, encryptAssertion } from './encrypt.ts';
import { ownEntity } from './entities.ts';
import { type AttributeNameFormat, attributeNameFormat, type Status, statusOf, statusUri } from './names.ts';
import { redactMessage } from './redact.ts';
import type { OwnSettings } from './samlify.ts';
import { type Signer, signElement } from './sign.ts';
import { fillMessage } from './templates.ts';
import { element, type Node, serialize } from './write-xml.ts';

/** An xs:ID that nobody can guess: 128 bits, and never a digit in front. For messages, and for names that stand for a person. */
export const newXmlId = (): string => `_${randomBytes(16).toString('hex')}`;

const instant = (at: Date): string => at.toISOString();
const issuerNode = (issuer: string): Node => element('saml:Issuer', {}, issuer);

export type NameId = { format: string; value: string; nameQualifier?: string; spNameQualifier?: string };
export type Attribute = { name: string; nameFormat: AttributeNameFormat; friendlyName?: string; values: string[] };

const nameIdNode = ({ format, value, nameQualifier, spNameQualifier }: NameId): Node =>
  element('saml:NameID', { Format: format, NameQualifier: nameQualifier, SPNameQualifier: spNameQualifier }, value);

/** What goes into an assertion (core §2.3.3, profiles §4.1.4.2). */
export type AssertionContent = {
  issuer: string;
  audience: string;
  /** Who may accept it besides. */
  furtherAudiences?: string[];
  oneTimeUse?: boolean;
  /** How long the assertion is good, 5 minutes if not said. */
  validMinutes?: number;
  recipient: string;
  inResponseTo?: string;
  nameId: NameId;
  attributes: Attribute[];
  authenticatedAt: Date;
  authnContextClass: string;
  sessionIndex: string;
  sessionNotOnOrAfter?: Date;
  now: Date;
};

/** How long a response may be presented; a few minutes either side for clocks that differ. */
const validMs = 5 * 60 * 1000;
const skewMs = 60 * 1000;

export function assertionNode(content: AssertionContent): Node {
  const { now } = content;
  const until = instant(new Date(now.getTime() + (content.validMinutes === undefined ? validMs : content.validMinutes * 60_000)));
  const audiences = [content.audience, ...(content.furtherAudiences ?? [])];
  return element(
    'saml:Assertion',
    { ID: newXmlId(), Version: '2.0', IssueInstant: instant(now) },
    issuerNode(content.issuer),
    element(
      'saml:Subject',
      {},
      nameIdNode(content.nameId),
      element(
        'saml:SubjectConfirmation',
        { Method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer' },
        element('saml:SubjectConfirmationData', { InResponseTo: content.inResponseTo, NotOnOrAfter: until, Recipient: content.recipient }),
      ),
    ),
    element(
      'saml:Conditions',
      { NotBefore: instant(new Date(now.getTime() - skewMs)), NotOnOrAfter: until },
      element('saml:AudienceRestriction', {}, ...audiences.map((audience) => element('saml:Audience', {}, audience))),
      content.oneTimeUse && element('saml:OneTimeUse'),
    ),
    element(
      'saml:AuthnStatement',
      {
        AuthnInstant: instant(content.authenticatedAt),
        SessionIndex: content.sessionIndex,
        SessionNotOnOrAfter: content.sessionNotOnOrAfter && instant(content.sessionNotOnOrAfter),
      },
      element('saml:AuthnContext', {}, element('saml:AuthnContextClassRef', {}, content.authnContextClass)),
    ),
    content.attributes.length > 0 &&
      element(
        'saml:AttributeStatement',
        {},
        ...content.attributes.map(({ name, nameFormat, friendlyName, values }) =>
          element(
            'saml:Attribute',
            { Name: name, NameFormat: attributeNameFormat[nameFormat], FriendlyName: friendlyName },
            ...values.map((value) => element('saml:AttributeValue', {}, value)),
          ),
        ),
      ),
  );
}

/** The assertion as it would be before it is signed, a line an element, for a person to read. */
export const previewAssertion = (content: AssertionContent): string => redactMessage(serialize(assertionNode(content)));

export type Protection = {
  signer: Signer;
  signAssertion: boolean;
  signResponse: boolean;
  encryption?: Encryption;
};

/** A complete response: sent as it is, or stored until its artifact is resolved. Plain JSON. */
export type ResponseTree = Node;

/** As it is sent by the browser. */
export const writeTree = (tree: ResponseTree): string => serialize(tree);

/** A response with an assertion: signed, encrypted and signed again as the application asks. */
export async function buildResponse(
  content: AssertionContent,
  { signer, signAssertion, signResponse, encryption }: Protection,
): Promise<ResponseTree> {
  const plain = assertionNode(content);
  const signed = signAssertion ? await signElement(plain, signer) : plain;
  const carried = encryption ? encryptAssertion(signed, encryption) : signed;
  const response = responseNode({ ...content, destination: content.recipient, status: 'Success' }, carried);
  return signResponse ? await signElement(response, signer) : response;
}

export type Answer = { issuer: string; destination: string; inResponseTo?: string; status: Status; message?: string; now: Date };

function statusNode({ status, message }: Pick<Answer, 'status' | 'message'>): Node {
  const [first, ...nested] = statusOf[status];
  return element(
    'samlp:Status',
    {},
    element(
      'samlp:StatusCode',
      { Value: statusUri(first) },
      ...nested.map((code) => element('samlp:StatusCode', { Value: statusUri(code) })),
    ),
    message !== undefined && element('samlp:StatusMessage', {}, message),
  );
}

const responseNode = (answer: Answer, ...content: Node[]): Node => answerNode('samlp:Response', answer, content);

const answerNode = (name: string, answer: Omit<Answer, 'destination'> & { destination?: string }, content: Node[]): Node =>
  element(
    name,
    {
      ID: newXmlId(),
      Version: '2.0',
      IssueInstant: instant(answer.now),
      Destination: answer.destination,
      InResponseTo: answer.inResponseTo,
    },
    issuerNode(answer.issuer),
    statusNode(answer),
    ...content,
  );

/** A refusal (core §3.2.2), always signed: partners that want signed responses want it of these too. */
export const buildErrorResponse = (answer: Answer, signer: Signer): Promise<ResponseTree> => signElement(responseNode(answer), signer);

/** What an artifact stands for, or nothing where it stands for nothing (core §3.5.2, §3.5.3). Signed, since nothing else says who answers. */
export const writeArtifactResponse = async (answer: Omit<Answer, 'destination'>, signer: Signer, message?: ResponseTree): Promise<string> =>
  serialize(await signElement(answerNode('samlp:ArtifactResponse', answer, message ? [message] : []), signer));

const replaceChild = (node: Node, child: Node): Node => ({
  ...node,
  children: node.children.map((one) => (typeof one === 'object' && one.name === child.name ? child : one)),
});

/** @param signer undefined for the Redirect binding, where the signature is outside */
export async function writeLogoutResponse(answer: Answer, signer?: Signer): Promise<string> {
  const node = fillMessage('LogoutResponse', {
    ID: newXmlId(),
    IssueInstant: instant(answer.now),
    Destination: answer.destination,
    InResponseTo: answer.inResponseTo,
    Issuer: answer.issuer,
    StatusCode: undefined,
  });
  // the template has one status code and no message
  const complete = replaceChild(node, statusNode(answer));
  return serialize(signer ? await signElement(complete, signer) : complete);
}

export type LogoutContent = { id: string; issuer: string; destination: string; nameId: NameId; sessionIndex: string; now: Date };

/** @param signer undefined for the Redirect binding, where the signature is outside */
export async function writeLogoutRequest(
  { id, issuer, destination, nameId, sessionIndex, now }: LogoutContent,
  signer?: Signer,
): Promise<string> {
  const node = fillMessage('LogoutRequest', {
    ID: id,
    IssueInstant: instant(now),
    Destination: destination,
    Issuer: issuer,
    NameIDFormat: nameId.format,
    NameID: nameId.value,
    SessionIndex: sessionIndex,
  });
  // the template has no term, and a name without its qualifiers
  const attributes = { ...node.attributes, NotOnOrAfter: instant(new Date(now.getTime() + validMs)) };
  const complete = replaceChild({ ...node, attributes }, nameIdNode(nameId));
  return serialize(signer ? await signElement(complete, signer) : complete);
}

/** `term`: until when a copy may be used, and after how many seconds it should be read again (metadata §2.3.2). Without it a copy lasts. */
export type IdpMetadata = OwnSettings & { term?: { validUntil: Date; cacheSeconds: number } };

/** Our metadata (metadata §2.4.3), signed, with every certificate that signs or soon will. The same content is the same octets: its ID is made from it. */
export async function writeIdpMetadata({ term, ...own }: IdpMetadata, signer: Signer): Promise<string> {
  const node = ownEntity(own);
  const limits = term && { validUntil: instant(term.validUntil), cacheDuration: `PT${Math.floor(term.cacheSeconds)}S` };
  const dated = { ...node, attributes: { ...node.attributes, ...limits } };
  const ID = `_${createHash('sha256').update(serialize(dated)).digest('hex').slice(0, 32)}`;
  return serialize(await signElement({ ...dated, attributes: { ...dated.attributes, ID } }, signer));
}
