import {
  type Application,
  adviseOn,
  parseServices,
  type SamlInput,
  type SourceField,
} from '../../../domain/applications/applications/index.ts';
import { attributeNameFormat, blockCiphers, everyNameIdFormat, signingAlgorithms } from '../../../platform/saml/index.ts';
import { type PageContext, type Refusal, renderPage } from '../../request/index.ts';
import { type FormValues, isForEveryone, readGeneral, sourcesOf } from './form-values.ts';
import type { MetadataPreview } from './saml-metadata.ts';
import { presentOptions, readOptions } from './saml-options-form.ts';

const flags = ['forceNameIdFormat', 'sendGroups', 'signAssertion', 'signResponse', 'encryptAssertion', 'requireSignedRequests'] as const;
const choices = ['nameIdFormat', 'signatureAlgorithm', 'encryptionAlgorithm'] as const;

export const samlValuesOf = (application: Application): FormValues => ({ ...application, version: undefined, oidc: undefined });

/** As the form lists them: where answers go that name no address comes first. */
function defaultFirst({ assertionConsumerServices: services = [] }: Partial<SamlInput>) {
  const first = services.find(({ isDefault }) => isDefault) ?? services[0];
  return first ? [first, ...services.filter((one) => one !== first)] : [];
}

/** An address by POST stands alone, another behind its binding. */
const lineOf = ({ url, binding }: { url: string; binding?: string }): string => (binding ? `${binding} ${url}` : url);
function consumerOf(line: string): { url: string; binding?: 'artifact' } {
  const [, url] = /^artifact\s+(\S.*)$/i.exec(line) ?? [];
  return url === undefined ? { url: line } : { url, binding: 'artifact' };
}

export function readSamlValues(page: PageContext, before?: Application): FormValues {
  const { form } = page;
  const lines = form.lines('acs').map((line) => lineOf(consumerOf(line)));
  const known = parseServices(form.get('found')) ?? before?.saml;
  const certificates = form
    .get('signingCertificates')
    .split(/(?<=-----END CERTIFICATE-----)|\n\s*\n/)
    .map((one) => one.trim())
    .filter(Boolean);
  const [names, sources, values, formats] = ['attribute_name', 'attribute_from', 'attribute_value', 'attribute_format'].map((name) =>
    form.all(name),
  ) as [string[], string[], string[], string[]];
  const attributes = names.flatMap((name, i) => {
    if (!name.trim()) return [];
    const friendlyName = before?.saml?.attributes.find((one) => one.name === name.trim())?.friendlyName;
    const typed = values[i] ?? '';
    const source =
      sources[i] === 'fixed' ? { value: typed } : sources[i] === 'template' ? { template: typed } : { from: sources[i] as SourceField };
    return [{ name, nameFormat: formats[i], friendlyName, ...source }];
  });
  return {
    ...readGeneral(page),
    saml: {
      entityId: form.get('entityId').trim(),
      // the first line is the default; an address that stands twice keeps both of its indexes
      assertionConsumerServices: lines.map((line, i) => {
        const nth = lines.slice(0, i).filter((one) => one === line).length;
        const index = known && defaultFirst(known).filter((one) => lineOf(one) === line)[nth]?.index;
        return { ...consumerOf(line), index, isDefault: i === 0 };
      }),
      singleLogoutServices: (['redirect', 'post'] as const).flatMap((binding) => {
        const url = form.get(`slo_${binding}`).trim();
        const [first, ...others] = known?.singleLogoutServices?.filter((one) => one.binding === binding) ?? [];
        return url ? [first?.url === url ? first : { binding, url }, ...others] : [];
      }),
      signingCertificates: certificates,
      encryptionCertificate: form.get('encryptionCertificate').trim() || undefined,
      nameIdField: (form.get('nameIdField') || undefined) as SourceField | undefined,
      metadataUrl: form.get('metadataUrl').trim() || undefined,
      defaultRelayState: form.get('defaultRelayState').trim() || undefined,
      attributes,
      ...Object.fromEntries(flags.map((name) => [name, form.get(name) === 'yes'])),
      ...readOptions(page),
      ...Object.fromEntries(choices.map((name) => [name, form.get(name) || undefined])),
    },
  };
}

export async function renderSamlForm(
  page: PageContext,
  values: FormValues,
  locals: { application?: Application; preview?: MetadataPreview } & Record<string, unknown>,
  refusal?: Refusal,
): Promise<void> {
  const { form } = page;
  const read = locals.preview ?? { leftOut: [], found: form.get('found'), readFrom: form.get('metadataReadFrom') };
  const saml = values.saml as SamlInput;
  const slo = (wanted: string) => saml.singleLogoutServices?.find(({ binding }) => binding === wanted)?.url ?? '';
  renderPage(
    page,
    'admin-console/applications/saml-form',
    {
      values,
      forEveryone: isForEveryone(page),
      saml,
      lines: {
        acs: defaultFirst(saml).map(lineOf).join('\n'),
        signingCertificates: (saml.signingCertificates ?? []).join('\n'),
        slo_redirect: slo('redirect'),
        slo_post: slo('post'),
      },
      attributes: [...(saml.attributes ?? []), {}, {}, {}],
      sources: await sourcesOf(page),
      attributeFormats: Object.keys(attributeNameFormat),
      nameIdFormats: Object.keys(everyNameIdFormat),
      options: presentOptions(saml),
      signatureAlgorithms: Object.keys(signingAlgorithms),
      encryptionAlgorithms: Object.keys(blockCiphers),
      advice: locals.application?.saml ? adviseOn(locals.application.saml, page.services.clock.now()) : [],
      read,
      typed: { metadata: read.document ?? form.get('metadata'), metadataUrl: saml.metadataUrl, metadataEntity: form.get('metadataEntity') },
      ...locals,
    },
    { refusal },
  );
}
