/** What a form sent: text, or the octets of a file. */
export type Part = { name: string; value: string | Buffer };

const mostParts = 10_000;

/**
 * The parts of a multipart/form-data body (RFC 7578). A file is a view of the body: what an administrator uploads may be large, and is kept once.
 * @throws Error when it is not one
 */
export function readMultipart(body: Buffer, contentType: string): Part[] {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (!boundary) throw new Error('no boundary');
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const first = body.indexOf(delimiter.subarray(2));
  if (first < 0) throw new Error('no part');
  const parts: Part[] = [];
  for (let at = first + delimiter.length - 2; !isEnd(body, at); ) {
    const head = body.indexOf('\r\n\r\n', at);
    const end = head < 0 ? -1 : body.indexOf(delimiter, head + 2);
    if (end < 0) throw new Error('a part without its end');
    if (parts.length === mostParts) throw new Error(`more than ${mostParts} parts`);
    parts.push(partOf(body.toString('utf8', at, head), body.subarray(Math.min(head + 4, end), end)));
    at = end + delimiter.length;
  }
  return parts;
}

const isEnd = (body: Buffer, at: number): boolean => body.toString('latin1', at, at + 2) === '--';

function partOf(head: string, content: Buffer): Part {
  const disposition = /^content-disposition:[ \t]*form-data[ \t]*(;.*)$/im.exec(head)?.[1] ?? '';
  const name = parameterOf(disposition, 'name');
  if (name === undefined) throw new Error('a part without a name');
  return { name, value: parameterOf(disposition, 'filename') === undefined ? content.toString() : content };
}

/** Browsers write quotes and line ends in names as %22, %0D and %0A (HTML, multipart form data). */
function parameterOf(disposition: string, name: string): string | undefined {
  const [, quoted, plain] = new RegExp(`;[ \\t]*${name}=(?:"([^"]*)"|([^\\s";]+))`, 'i').exec(disposition) ?? [];
  return (quoted ?? plain)?.replace(/%(22|0D|0A)/gi, (escaped) => decodeURIComponent(escaped));
}
