/** The rules that refuse a whole document of metadata; each has a sentence with a remedy (`fields.metadata_…`). */
export const metadataRules = [
  'empty',
  'html', // a page, often for signing in, where metadata was expected
  'not_xml',
  'not_metadata',
  'encoding', // XML 1.0 §4.3.3
  'size',
  'well_formed', // XML 1.0, Namespaces in XML 1.0
  'doctype', // entities and outside files: never needed
  'split_value', // a comment, an instruction or CDATA inside a value: readers disagree on what it says (CVE-2017-11427 and its kin)
  'xinclude', // parts that come from elsewhere
  'valid_until',
  'expired', // metadata §2.3.1, §2.3.2
  'entity_id', // metadata §2.3.2, core §8.3.6
  'duplicate_entity', // metadata §2.3.2: which of the two is meant?
  'identity_provider', // the metadata of the wrong side
  'no_provider',
  'several_providers',
  'unknown_provider',
  'no_acs',
  'no_certificate', // whoever signs with a key that we do not believe must not become one who need not sign
] as const;
export type MetadataRule = (typeof metadataRules)[number];

/** Metadata that was refused. `detail` says where or what, in the document's own words. */
export class MetadataFault extends Error {
  readonly rule: MetadataRule;
  readonly detail: string;
  constructor(rule: MetadataRule, detail = '') {
    super(detail ? `${rule}: ${detail}` : rule);
    this.rule = rule;
    this.detail = shown(detail);
  }
}

/** Why a part of usable metadata is not used (`left_out.…`). True: an administrator has to know it before the rest takes effect. */
export const leftOutReasons = {
  address: true,
  certificate_unreadable: true,
  certificate_weak: true,
  certificate_kind: true,
  surplus: true,
  second_role: true,
  index_taken: true,
  index_missing: false,
  binding: false,
  soap_logout: false,
  artifact: false,
  role: false,
  name_id_format: false,
  key_without_certificate: false,
  further_encryption: false,
  signature: false,
} as const;
export type LeftOutReason = keyof typeof leftOutReasons;

/** `what` is the part, in the document's own words, at most 300 characters. */
export type LeftOut = { reason: LeftOutReason; what: string };

export const leftOut = (reason: LeftOutReason, what: string): LeftOut => ({ reason, what: shown(what) });

/** Short, and without anything invisible: it stands in sentences of ours. */
const shown = (text: string): string =>
  text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
