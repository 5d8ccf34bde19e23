/** The rules of the gate, by the specification or the attack each of them answers. A trace and the audit say which one refused, and how to mend it. */
export const gateRules = [
  'binding', // bindings §3.6: nothing is fetched from a partner to learn what it asks
  'encoding', // bindings §3.4.4.1, §3.5.4: base64 of DEFLATE, or of the XML itself, each parameter once
  'size', // inflate bombs, deep and wide trees
  'well-formed', // XML 1.0, UTF-8
  'no-doctype', // XML entities, DTDs: never needed (core §1.3.1 has no DTD)
  'no-comment', // comments, CDATA and processing instructions split what readers see (CVE-2017-11427 and its kin)
  'schema', // SAML V2.0 schemas
  'message-type',
  'version', // core §3.2.1
  'id', // core §1.3.4
  'issuer', // core §3.2.1, profiles §4.1.4.1
  'signature-required',
  'signature-placement', // core §5.4.1, §5.4.2: one, enveloped in the root, for the root (signature wrapping)
  'signature-algorithm',
  'signature-transforms', // core §5.4.4
  'signature-value',
  'destination', // bindings §3.4.5.2, §3.5.5.2
  'issue-instant',
  'replay',
  'acs', // profiles §4.1.4.1: only a registered address gets an answer
  'subject',
  'expired',
  'artifact', // bindings §3.6.5.2: once, soon, and by whom it was made for
  'launch', // profiles §4.1.5: the application wants to ask first
  'relay-state', // a launch that would make the application lead the person elsewhere
] as const;

export type Rule = (typeof gateRules)[number];

/** A message that was refused, with the rule that refused it. `detail` is for administrators: the other side's page does not show it. */
export class SamlFault extends Error {
  readonly rule: Rule;
  readonly detail: string;
  constructor(rule: Rule, detail = '') {
    super(detail ? `${rule}: ${detail}` : rule);
    this.rule = rule;
    this.detail = detail.slice(0, 500);
  }
}
