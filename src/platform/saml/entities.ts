import { Cache } from '../cache/index.ts';
import { resolutionIndex } from './artifact.ts';
import { type Binding, type ConsumerBinding, soapBinding } from './names.ts';
import { readWritten } from './read-xml.ts';
import { describeIdentityProvider, describeServiceProvider, type OwnSettings, type PartnerSettings } from './samlify.ts';
import { element, type Node, nodeOf } from './write-xml.ts';

// samlify's model of the two ends of a SAML exchange. It is made from stored settings, never from a message.

export type Consumer = { url: string; index: number; binding: ConsumerBinding };

export type PartnerEntity = {
  entityId: string;
  /** The addresses that may get an answer. */
  consumers: Consumer[];
  /** Where an answer goes when the request names no address (metadata §2.4.4). */
  defaultConsumer: Consumer;
  /** Where logout messages go: by Redirect if there is a choice, which needs no form. */
  logout?: { binding: Binding; url: string; responseUrl: string };
};

/** Building one costs milliseconds of the event loop: it is done once for each version of what is stored. */
const own = new Cache<Node>({ name: 'saml_own_entities', max: 1000 });
const partners = new Cache<PartnerEntity>({ name: 'saml_partner_entities', max: 5000 });

function once<Settings, Built extends object>(known: Cache<Built>, settings: Settings, build: (settings: Settings) => Built): Built {
  const version = JSON.stringify(settings);
  const found = known.get(version) ?? build(settings);
  known.set(version, found);
  return found;
}

/** @returns our EntityDescriptor, to be given an ID and a term and to be signed @throws Error when it does not say what is stored */
export const ownEntity = ({ entityId, certificates, ssoUrl, sloUrl, artifactUrl }: OwnSettings): Node =>
  once(own, { entityId, certificates, ssoUrl, sloUrl, artifactUrl }, (settings) => {
    const node = withResolution(nodeOf(readWritten(describeIdentityProvider(settings))), artifactUrl);
    const said = new Set(valuesOf(node));
    for (const value of [entityId, ...certificates, ssoUrl, sloUrl, artifactUrl]) mustBeSame(said.has(value) ? value : undefined, value);
    return node;
  });

/** Where artifacts are resolved, which samlify cannot say: before the other services (metadata §2.4.2). */
function withResolution(node: Node, location: string): Node {
  const service = element('md:ArtifactResolutionService', {
    Binding: soapBinding,
    Location: location,
    index: String(resolutionIndex),
    isDefault: 'true',
  });
  const before = (children: Node['children']) =>
    children.findIndex((one) => typeof one === 'object' && one.name === 'md:SingleLogoutService');
  const children = node.children.map((role) => {
    const at = typeof role === 'object' ? before(role.children) : -1;
    return typeof role === 'object' && at >= 0 ? { ...role, children: role.children.toSpliced(at, 0, service) } : role;
  });
  return { ...node, children };
}

/** @throws Error when the model does not say what is stored */
export const partnerEntity = ({ entityId, assertionConsumerServices, singleLogoutServices }: PartnerSettings): PartnerEntity =>
  once(partners, { entityId, assertionConsumerServices, singleLogoutServices }, buildPartner);

function buildPartner(settings: PartnerSettings): PartnerEntity {
  const model = describeServiceProvider(settings);
  mustBeSame(model.entityId, settings.entityId);
  // samlify numbers consumers by their place and knows no ResponseLocation: both come from what is stored
  const consumers = settings.assertionConsumerServices.map(({ url, index, binding = 'post' }, place) => {
    mustBeSame(model.consumers[place]?.location, url);
    return { url, index, binding };
  });
  const logoutServices = settings.singleLogoutServices.map(({ binding, url, responseUrl = url }, place) => {
    mustBeSame(model.logoutServices[place]?.location, url);
    return { binding, url, responseUrl };
  });
  return {
    entityId: settings.entityId,
    consumers,
    defaultConsumer:
      consumers[
        Math.max(
          0,
          model.consumers.findIndex(({ isDefault }) => isDefault === 'true'),
        )
      ]!,
    logout: logoutServices.find(({ binding }) => binding === 'redirect') ?? logoutServices[0],
  };
}

// XML turns a line break in an attribute into a blank. An address that is changed on its way would send a person's data elsewhere.
function mustBeSame(said: string | undefined, stored: string): void {
  if (said !== stored) throw new Error(`the model of a SAML entity does not say ${JSON.stringify(stored)}`);
}

const valuesOf = ({ attributes, children }: Node): string[] => [
  ...Object.values(attributes),
  ...children.flatMap((child) => (typeof child === 'string' ? [child] : valuesOf(child))),
];
