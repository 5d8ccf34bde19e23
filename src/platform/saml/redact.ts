const hidden = /<((?:\w+:)?(?:SignatureValue|X509Certificate|CipherValue))>([^<]{12})[^<]*<\/\1>/g;

/** A message for a person to read: an element a line, keys and ciphers cut short. What was never XML comes back as it is. */
export function redactMessage(xml: Buffer | string): string {
  const text = xml.toString().replace(hidden, '<$1>$2…</$1>').trim();
  let depth = 0;
  return text
    .split(/(?<=>)\s*(?=<)/)
    .map((part) => {
      if (part.startsWith('</')) depth--;
      const line = '  '.repeat(Math.min(20, Math.max(0, depth))) + part;
      if (/^<[^/?!]/.test(part) && !part.includes('</') && !part.endsWith('/>')) depth++;
      return line;
    })
    .join('\n');
}
