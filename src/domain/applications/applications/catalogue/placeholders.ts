/** Words that stand in instructions where one's own belongs, alone or joined with "your" in the three languages. */
const own = [
  'sub-?domain',
  'sub-?dom[ií]nio',
  'domain',
  'dom[ií]nio',
  'company',
  'empresa',
  'organi[sz]ation',
  'org',
  'tenant',
  'instance',
  'workspace',
  'app',
  'name',
];
const words = [
  new RegExp(`^(?:your|my|sua|seu|su|tu|mi)[-_]?(?:${own.join('|')})(?:[-_]?(?:name|here|url))?$`),
  /^(?:company|tenant)[-_]?name$/,
  /^sub-?domain$/,
  /^(?:example|exemplo|ejemplo|placeholder|changeme)$/,
];

/**
 * Whether a value still is the example of an instruction, such as `your-subdomain`, `<domain>` or a host of `example.com`.
 * `example` as the last label is nobody's example: it is a top-level domain for trying things out (RFC 2606 §2).
 */
export function isPlaceholder(value: string): boolean {
  if (/[<>{}[\]…]/.test(value)) return true;
  const labels = value
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .split(/[./:?#@\s]+/)
    .filter(Boolean);
  const host = value
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .split(/[/:?#]/)[0]!;
  const last = host.includes('.') ? host.split('.').length - 1 : -1;
  return labels.some((label, index) => !(index === last && label === 'example') && words.some((word) => word.test(label)));
}
