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
import { Cache } from '../../platform/cache/index.ts';
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

/** A signing key of a company, ready to use, with the fingerprint that its partners know. */
type OwnKey = { key: Parameters<typeof signerFor>[0]; certificate: string; fingerprint: string };

/** What is kept for the companies of one server. A promise stands for what is being read. */
export type SamlCaches = ReturnType<typeof createSamlCaches>;

/** @param companies how many are held in memory @param partners how many, by each name they are asked for */
export const createSamlCaches = (companies: number, partners = Math.max(companies, 2000)) => ({
  partners: new Cache<Promise<SamlApplication | undefined>>({ name: 'saml_partners', max: partners }),
  keys: new Cache<Promise<OwnKey>>({ name: 'saml_keys', max: companies }),
  metadataSigners: new Cache<Promise<Signer>>({ name: 'saml_metadata_signers', max: 200 }),
  names: new Cache<Promise<(name: string) => string | undefined>>({ name: 'saml_partner_names', max: 20 }),
});

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
  readonly #caches: SamlCaches;

  constructor(company: ResolvedContext, caches: SamlCaches) {
    this.company = company;
    this.#caches = caches;
  }

  get entityId(): string {
    return this.company.saml.entityId;
  }

  get ssoUrl(): string {
    return this.company.saml.ssoUrl;
  }

  get sloUrl(): string {
    return this.company.saml.sloUrl;
  }

  get artifactUrl(): string {
    return this.company.saml.artifactUrl;
  }

  /** The partner of an entity ID, switched off or not, or undefined. */
  findPartner(scope: Scope, entityId: string): Promise<SamlApplication | undefined> {
    return this.#partner(`entity:${entityId}`, () => findApplicationByEntityId(scope, entityId));
  }

  /** The partner that this application is, or undefined. */
  findPartnerById(scope: Scope, applicationId: string): Promise<SamlApplication | undefined> {
    return this.#partner(`id:${applicationId}`, () => findApplicationById(scope, applicationId));
  }

  /** The registered entity ID that this one is or looks like, for the administrator: it establishes no trust. */
  async nearestPartner(scope: Scope, entityId: string): Promise<string | undefined> {
    const find = await this.#kept(this.#caches.names, '', () => listEntityIds(scope, mostNames).then(nameFinder));
    return find(entityId);
  }

  async signer(scope: Scope, algorithm: SigningAlgorithm): Promise<Signer & { fingerprint: string }> {
    const alg = algOf[algorithm];
    const { key, certificate, fingerprint } = await this.#kept(this.#caches.keys, alg, () => this.#loadKey(scope, alg));
    return { ...signerFor(key, certificate, algorithm), fingerprint };
  }

  /** Signs our metadata and nothing else: no rollover of the other keys moves it. */
  metadataSigner(scope: Scope): Promise<Signer> {
    return this.#kept(this.#caches.metadataSigners, '', async () => {
      const { key, certificate } = await loadMetadataSigner(scope, this.company.name);
      return signerFor(key, derOf(certificate.certificate), 'rsa-sha256');
    });
  }

  #partner(name: string, find: () => Promise<Application | undefined>): Promise<SamlApplication | undefined> {
    return this.#kept(this.#caches.partners, name, async () => {
      const application = await find();
      return application?.saml && { ...application, saml: application.saml, entity: partnerEntity(application.saml) };
    });
  }

  /** What failed is not kept, and neither is a name that exists nowhere: strangers could fill the memory. */
  #kept<Value>(cache: Cache<Promise<Value>>, name: string, load: () => Promise<Value>): Promise<Value> {
    const key = `${this.company.edition} ${name}`;
    const known = cache.get(key);
    if (known) return known;
    const loading = load();
    const forget = () => cache.delete(key);
    loading.then((value) => value ?? forget(), forget);
    cache.set(key, loading);
    return loading;
  }

  async #loadKey(scope: Scope, alg: CertificateAlg): Promise<OwnKey> {
    const system: Scope = { ...scope, actor: { kind: 'system', name: 'saml' } };
    const { key, certificate } = await loadSigner(system, alg).catch(async (error) => {
      // a context made before there was SAML gets its certificates with its first message
      if ((await listPublishedCertificates(system)).length > 0) throw error;
      await createSamlCertificates(system, this.company.name).catch(async (failure) => {
        if ((await listPublishedCertificates(system)).length === 0) throw failure; // otherwise another process was first
      });
      return loadSigner(system, alg);
    });
    return { key, certificate: derOf(certificate.certificate), fingerprint: certificate.fingerprint };
  }
}
