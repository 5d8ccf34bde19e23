import type { XmlElement } from 'libxml2-wasm';
import type { Incoming } from './bindings.ts';
import { type Rule, SamlFault } from './faults.ts';
import { type Exceptions, ns } from './names.ts';
import { copy, find, findAll, messageLimits, openDocument, type Read } from './read-xml.ts';
import { takeSignature, type VerifiedBy, verifyDetached } from './verify-signature.ts';

export type MessageName = 'AuthnRequest' | 'LogoutRequest' | 'LogoutResponse' | 'ArtifactResolve';

/** Who a message says it is from, as known to the context: nothing of it comes from the message. */
export type Partner = {
  certificates: string[];
  requiresSignature: boolean;
  /** Has no certificate and need not sign: what it signs all the same counts as unsigned. */
  ignoresSignature?: boolean;
  exceptions?: Exceptions;
};

/** A message that passed the gate. `signedBy` is missing when it was not signed and did not have to be. */
export type Message = { name: MessageName; id: string; issuer: string; issueInstant: Date; root: Read; signedBy?: VerifiedBy };

/** A message that kept every rule but that of its version: all that may be done with it is to say so (core §3.2.2.2, §4.1.3.2). */
export class VersionFault extends SamlFault {
  readonly refused: Message;
  constructor(refused: Message) {
    super('version', refused.root.attributes.Version);
    this.refused = refused;
  }
}

const expected: Record<Incoming['direction'], MessageName[]> = {
  SAMLRequest: ['AuthnRequest', 'LogoutRequest'],
  SAMLResponse: ['LogoutResponse'],
};
/** What a partner's own program asks, and no browser brings (profiles §5.4). */
const askedBySoap: MessageName[] = ['ArtifactResolve'];

/** Clocks of partners differ; a message is for now. */
const skewMs = 3 * 60 * 1000;
const oldestMs = 10 * 60 * 1000;

export type Gate = {
  /** The addresses of ours at which this message may have arrived. */
  destinations: string[];
  now: Date;
  /** The partner that this issuer is, or undefined: unknown or switched off look alike. */
  findPartner(issuer: string, name: MessageName): Promise<Partner | undefined>;
};

/**
 * The gate: every message of a partner passes here, and only here, before anything of it is believed. The rules run in the order of their cost to us.
 * @throws SamlFault with the rule that refused it
 */
export async function readMessage(incoming: Incoming, gate: Gate): Promise<Message> {
  const document = openDocument(incoming.xml, 'protocol', messageLimits);
  try {
    // the issuer says whose keys to try, and nothing else; the signature is over it
    const { issuer, name } = readHead(copy(document.root), incoming);
    const partner = await gate.findPartner(issuer, name);
    if (!partner) throw new SamlFault('issuer', issuer);
    const signedBy = checkSignature(incoming, document.root, partner);
    const root = copy(document.root);
    const head = readHead(root, incoming);
    checkHead(root, { ...head, ...incoming }, signedBy, gate);
    const message = { ...head, root, signedBy };
    if (root.attributes.Version !== '2.0') throw new VersionFault(message);
    return message;
  } finally {
    document.dispose();
  }
}

function checkSignature({ signature }: Incoming, root: XmlElement, partner: Partner): VerifiedBy | undefined {
  const { certificates, requiresSignature, ignoresSignature, exceptions } = partner;
  if (ignoresSignature && !requiresSignature && certificates.length === 0) return undefined;
  const detached = signature && verifyDetached(signature, certificates, exceptions);
  const enveloped = takeSignature(root, certificates, exceptions);
  const signedBy = detached ?? enveloped;
  if (!signedBy && requiresSignature) throw new SamlFault('signature-required');
  return signedBy;
}

type Head = Pick<Incoming, 'binding'> & { issueInstant: Date };

function checkHead(root: Read, head: Head, signedBy: VerifiedBy | undefined, gate: Gate): void {
  const { Destination: destination, IssueInstant: instant } = root.attributes;
  // a signed message always names where it is for (bindings §3.4.5.2, §3.5.5.2), so that it cannot be passed on to us; by SOAP an answer is bound to our request, and an artifact names whom it is asked of
  const mayBeMissing = signedBy === undefined || head.binding === 'soap';
  if (destination === undefined ? !mayBeMissing : !gate.destinations.includes(destination))
    throw new SamlFault('destination', destination ?? 'missing');
  const age = gate.now.getTime() - head.issueInstant.getTime();
  if (!(age <= oldestMs && age >= -skewMs)) throw new SamlFault('issue-instant', instant);
}

function readHead(root: Read, { direction, binding }: Incoming): Omit<Message, 'root' | 'signedBy'> {
  const names = binding === 'soap' && direction === 'SAMLRequest' ? askedBySoap : expected[direction];
  const name = names.find((one) => root.ns === ns.protocol && root.name === one);
  if (!name) throw new SamlFault('message-type', root.name);
  const issuers = findAll(root, ns.assertion, 'Issuer');
  const issuer = issuers[0]?.text ?? '';
  if (issuers.length !== 1 || issuer === '' || issuer.length > 1024) throw new SamlFault('issuer', 'missing');
  const format = issuers[0]!.attributes.Format;
  if (format !== undefined && format !== 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity') throw new SamlFault('issuer', format);
  const id = root.attributes.ID ?? '';
  if (id === '' || id.length > 256) throw new SamlFault('id');
  // core §1.3.3: UTC; what we cannot read is no time
  const instant = root.attributes.IssueInstant ?? '';
  return { name, id, issuer, issueInstant: readInstant(instant, 'issue-instant') };
}

function readInstant(text: string, rule: Rule): Date {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) throw new SamlFault(rule, text);
  return new Date(text);
}

const longestValue = 2048;
const mostClasses = 20;

/** What an AuthnRequest asks (core §3.4.1). */
export type AuthnRequest = {
  acsUrl?: string;
  acsIndex?: number;
  protocolBinding?: string;
  forceAuthn: boolean;
  isPassive: boolean;
  nameIdPolicy?: { format?: string; spNameQualifier?: string };
  requestedAuthnContext?: { comparison: 'exact' | 'minimum' | 'maximum' | 'better'; classes: string[]; hasDeclarations: boolean };
  subject?: { format?: string; value: string; hasConfirmation: boolean };
  conditions: boolean;
};

const truth = (value: string | undefined): boolean => value === 'true' || value === '1';

/** @throws SamlFault size, for what would have to be kept while the person signs in */
export function readAuthnRequest({ root }: Message): AuthnRequest {
  const policy = find(root, ns.protocol, 'NameIDPolicy');
  const requested = find(root, ns.protocol, 'RequestedAuthnContext');
  const subject = find(root, ns.assertion, 'Subject');
  const nameId = find(subject, ns.assertion, 'NameID');
  const index = root.attributes.AssertionConsumerServiceIndex;
  const classes = findAll(requested, ns.assertion, 'AuthnContextClassRef').map(({ text }) => text);
  if (classes.length > mostClasses) throw new SamlFault('size', `${classes.length} authentication contexts`);
  const kept = [nameId?.text, nameId?.attributes.Format, policy?.attributes.Format, policy?.attributes.SPNameQualifier];
  if ([...kept, root.attributes.AssertionConsumerServiceURL, ...classes].some((value = '') => value.length > longestValue))
    throw new SamlFault('size', 'a value of more than 2048 characters');
  return {
    acsUrl: root.attributes.AssertionConsumerServiceURL,
    acsIndex: index === undefined ? undefined : Number(index),
    protocolBinding: root.attributes.ProtocolBinding,
    forceAuthn: truth(root.attributes.ForceAuthn),
    isPassive: truth(root.attributes.IsPassive),
    nameIdPolicy: policy && {
      format: policy.attributes.Format,
      spNameQualifier: policy.attributes.SPNameQualifier,
    },
    requestedAuthnContext: requested && {
      comparison: (requested.attributes.Comparison ?? 'exact') as 'exact',
      classes,
      hasDeclarations: find(requested, ns.assertion, 'AuthnContextDeclRef') !== undefined,
    },
    subject: subject && {
      format: nameId?.attributes.Format,
      value: nameId?.text ?? '',
      hasConfirmation: find(subject, ns.assertion, 'SubjectConfirmation') !== undefined,
    },
    conditions: find(root, ns.assertion, 'Conditions') !== undefined,
  };
}

/** What a LogoutRequest asks (core §3.7.1); `notOnOrAfter` allows for clocks that differ. */
export type LogoutRequest = { nameId: string; format?: string; sessionIndexes: string[]; notOnOrAfter?: Date };

export function readLogoutRequest({ root }: Message): LogoutRequest {
  const nameId = find(root, ns.assertion, 'NameID');
  if (!nameId?.text) throw new SamlFault('subject', 'no NameID');
  const until = root.attributes.NotOnOrAfter;
  return {
    nameId: nameId.text,
    format: nameId.attributes.Format,
    sessionIndexes: findAll(root, ns.protocol, 'SessionIndex').map(({ text }) => text),
    notOnOrAfter: until === undefined ? undefined : new Date(readInstant(until, 'expired').getTime() + skewMs),
  };
}

export function readLogoutResponse({ root }: Message): { inResponseTo?: string; isSuccess: boolean } {
  const status = find(find(root, ns.protocol, 'Status'), ns.protocol, 'StatusCode')?.attributes.Value;
  return { inResponseTo: root.attributes.InResponseTo, isSuccess: status === 'urn:oasis:names:tc:SAML:2.0:status:Success' };
}

/** @returns what an ArtifactResolve asks for (core §3.5.1), as it is written */
export const readArtifactResolve = ({ root }: Message): string => find(root, ns.protocol, 'Artifact')?.text ?? '';
