import { isUtf8 } from 'node:buffer';
import { setImmediate } from 'node:timers/promises';
import {
  type Allowed,
  type Application,
  allowedBy,
  createPartnerReader,
  isNotable,
  type PartnerReading,
  readPartner,
  withPartner,
} from '../../../domain/applications/applications/index.ts';
import { fetchPartner } from '../../../domain/applications/partner-metadata/index.ts';
import type { LeftOut } from '../../../platform/saml/index.ts';
import { createMetadataFetcher, type PageContext } from '../../request/index.ts';
import type { FormValues } from './form-values.ts';

/** What the form is shown again with before anything is saved. */
export type MetadataPreview = {
  /** The entity IDs to choose from. */
  choose?: string[];
  leftOut: LeftOut[];
  /** The addresses as they were read, which the form carries on: it does not show all of their parts. */
  found?: string;
  /** The address that they were read from, which is not asked again. */
  readFrom?: string;
  /** What stands in the field for the document itself. */
  document?: string;
  /** A browser does not send a file twice. */
  isFileGone?: boolean;
};

/** A file that is shown again as text: one that is larger has to be chosen again. */
const largestShown = 256 * 1024;

/**
 * Reads the partner's metadata from a paste, a file or an address, and lays it over what was typed.
 * @returns the values; a preview when a choice is to be made, when something of it is not used, or when it was asked for
 * @throws AppError invalid_input on the field `metadata` or `metadataUrl`
 */
export async function layMetadata(
  page: PageContext,
  values: FormValues,
  before?: Application,
): Promise<{ values: FormValues; preview?: MetadataPreview }> {
  const { form } = page;
  const pasted = form.get('metadata').trim();
  const file = pasted ? undefined : await form.file('metadataFile');
  const reading = await read(page, pasted || file, values, before);
  if (!reading) return { values };
  if ('choose' in reading) {
    const document = pasted || (file && file.length <= largestShown && isUtf8(file) ? file.toString() : '');
    return { values, preview: { choose: reading.choose, leftOut: [], document, isFileGone: file !== undefined && document === '' } };
  }
  const { assertionConsumerServices, singleLogoutServices, nameIdFormat } = reading.settings;
  const isShownFirst = form.get('intent') === 'read' || reading.leftOut.some(isNotable);
  // a wish of a new partner's, which the administrator sees and may change; what an application uses already is not moved
  const wished = isShownFirst && !before && nameIdFormat ? { nameIdFormat } : {};
  const saml: Record<string, unknown> = { ...withPartner(values.saml!, reading), ...wished };
  const preview: MetadataPreview | undefined = isShownFirst
    ? {
        leftOut: reading.leftOut,
        found: JSON.stringify({ assertionConsumerServices, singleLogoutServices }),
        readFrom: pasted || file ? undefined : String(saml.metadataUrl),
        document: '',
      }
    : undefined;
  return { values: { ...values, saml }, preview };
}

async function read(
  page: PageContext,
  given: string | Buffer | undefined,
  values: FormValues,
  before?: Application,
): Promise<PartnerReading | undefined> {
  const { form, services } = page;
  const now = services.clock.now();
  const entityId = form.get('metadataEntity').trim() || undefined;
  const allowed = allowedBy(values.saml!, page.scope);
  if (typeof given === 'string') return readPartner(given, now, entityId, allowed);
  if (given) return readFile(given, now, entityId, allowed);
  const url = form.get('metadataUrl').trim();
  // an option may be what lets more of it be used
  const isKnown = url === before?.saml?.metadataUrl && allowed.artifacts === (before.saml.artifactBinding === true);
  if (!url || isKnown || url === form.get('metadataReadFrom')) return undefined;
  return fetchPartner(url, entityId, now, createMetadataFetcher(services), allowed);
}

/** In pieces, so that a large file keeps nobody else waiting. */
async function readFile(file: Buffer, now: Date, entityId?: string, allowed?: Allowed): Promise<PartnerReading> {
  const reader = createPartnerReader(now, entityId, allowed);
  for (let at = 0; at < file.length; at += 65_536) {
    reader.write(file.subarray(at, at + 65_536));
    await setImmediate();
  }
  return reader.end();
}
