import { LRUCache } from 'lru-cache';
import {
  type Application,
  findApplicationByEntityId,
  findApplicationById,
  listEntityIds,
  type SamlSettings,
} from '../../domain/applications/applications/index.ts';
import {
  type CertificateAlg,
  createSamlCertificates,
  listPublishedCertificates,
  loadMetadataSigner,
  loadSigner,
} from '../../domain/company/saml-certificates/index.ts';
import type { Scope } from '../../domain/scope.ts';
import {
  derOf,
  nameFinder,
  type PartnerEntity,
  partnerEntity,
  type Signer,
  type SigningAlgorithm,
  signerFor,
} from '../../platform/saml/index.ts';
import type { PageContext, ResolvedContext } from '../request/index.ts';

/** An application that is a SAML service provider, and samlify's model of it. */
export type SamlApplication = Application & { saml: SamlSettings; entity: PartnerEntity };

/** A page of SAML: what every page is handed, and the company as an identity provider. */
export type SamlPage = PageContext & { saml: SamlContext };

/** The signing keys of a company, ready to use, with the fingerprint that its partners know. */
type Keys = Record<CertificateAlg, { key: Parameters<typeof signerFor>[0]; certificate: string; fingerprint: string }>;

const algOf: Record<SigningAlgorithm, CertificateAlg> = {
  'rsa-sha256': 'RS256',
  'rsa-sha512': 'RS256',
  'rsa-pss-sha256': 'RS256',
  'ecdsa-sha256': 'ES256',
};

/** Of more partners, the others are not compared: it is help, and it is kept in memory. */
const mostNames = 5000;

/** One company as an identity provider: its addresses, its keys and its partners. SamlDirectory makes it and drops it when anything of the company changes. */
export class SamlContext {
  readonly company: ResolvedContext;
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly sloUrl: string;
  readonly artifactUrl: string;
  readonly #partners: LRUCache<string, Promise<SamlApplication | undefined>>;
  #keys: Promise<Keys> | undefined;
  #metadataSigner: Promise<Signer> | undefined;
  #nearest: Promise<(name: string) => string | undefined> | undefined;

  /** @param size how many partners are held in memory, by each name they are asked for */
  constructor(company: ResolvedContext, size = 2000) {
    this.company = company;
    this.#partners = new LRUCache({ max: size });
    this.entityId = company.saml.entityId;
    this.ssoUrl = company.saml.ssoUrl;
    this.sloUrl = company.saml.sloUrl;
    this.artifactUrl = company.saml.artifactUrl;
  }

  /** The partner of an entity ID, switched off or not, or undefined. */
  findPartner(scope: Scope, entityId: string): Promise<SamlApplication | undefined> {
    return this.#cached(`entity:${entityId}`, () => findApplicationByEntityId(scope, entityId));
  }

  /** The partner that this application is, or undefined. */
  findPartnerById(scope: Scope, applicationId: string): Promise<SamlApplication | undefined> {
    return this.#cached(`id:${applicationId}`, () => findApplicationById(scope, applicationId));
  }

  /** The registered entity ID that this one is or looks like, for whoever has to mend it: nobody is trusted by it. */
  async nearestPartner(scope: Scope, entityId: string): Promise<string | undefined> {
    this.#nearest ??= listEntityIds(scope, mostNames).then(nameFinder);
    this.#nearest.catch(() => {
      this.#nearest = undefined;
    });
    return (await this.#nearest)(entityId);
  }

  async signer(scope: Scope, algorithm: SigningAlgorithm): Promise<Signer & { fingerprint: string }> {
    this.#keys ??= this.#load(scope);
    this.#keys.catch(() => {
      this.#keys = undefined;
    });
    const { key, certificate, fingerprint } = (await this.#keys)[algOf[algorithm]];
    return { ...signerFor(key, certificate, algorithm), fingerprint };
  }

  /** Signs our metadata and nothing else: no rollover of the other keys moves it. */
  metadataSigner(scope: Scope): Promise<Signer> {
    const load = async () => {
      const { key, certificate } = await loadMetadataSigner(scope, this.company.name);
      return signerFor(key, derOf(certificate.certificate), 'rsa-sha256');
    };
    this.#metadataSigner ??= load();
    this.#metadataSigner.catch(() => {
      this.#metadataSigner = undefined;
    });
    return this.#metadataSigner;
  }

  #cached(key: string, find: () => Promise<Application | undefined>): Promise<SamlApplication | undefined> {
    let found = this.#partners.get(key);
    if (!found) {
      found = find().then(
        (application) => application?.saml && { ...application, saml: application.saml, entity: partnerEntity(application.saml) },
      );
      // a name that exists nowhere is not kept: strangers could fill the memory
      const forget = () => this.#partners.delete(key);
      found.then((application) => application ?? forget(), forget);
      this.#partners.set(key, found);
    }
    return found;
  }

  async #load(scope: Scope): Promise<Keys> {
    const system: Scope = { ...scope, actor: { kind: 'system', name: 'saml' } };
    // a context made before there was SAML gets its certificates with its first message
    if ((await listPublishedCertificates(system)).length === 0)
      await createSamlCertificates(system, this.company.name).catch(async (error) => {
        if ((await listPublishedCertificates(system)).length === 0) throw error; // otherwise another process was first
      });
    const load = async (alg: CertificateAlg) => {
      const { key, certificate } = await loadSigner(system, alg);
      return { key, certificate: derOf(certificate.certificate), fingerprint: certificate.fingerprint };
    };
    return { RS256: await load('RS256'), ES256: await load('ES256') };
  }
}
