import { LRUCache } from 'lru-cache';
import {
  type Application,
  findApplicationByEntityId,
  findApplicationById,
  type SamlSettings,
} from '../../domain/applications/applications/index.ts';
import {
  type CertificateAlg,
  createSamlCertificates,
  listPublishedCertificates,
  loadSigner,
} from '../../domain/company/saml-certificates/index.ts';
import type { Scope } from '../../domain/scope.ts';
import type { ChangeListener } from '../../platform/database/index.ts';
import { derOf, type Signer, type SigningAlgorithm, signerFor } from '../../platform/saml/index.ts';
import type { ResolvedContext } from '../request/index.ts';

export type SamlApplication = Application & { saml: SamlSettings };

/** The signing keys of a context, ready to use, with the fingerprint that its partners know. */
type Keys = Record<CertificateAlg, { key: Parameters<typeof signerFor>[0]; certificate: string; fingerprint: string }>;
type Known = { keys?: Promise<Keys>; partners: Map<string, Promise<SamlApplication | undefined>> };

const algOf: Record<SigningAlgorithm, CertificateAlg> = { 'rsa-sha256': 'RS256', 'rsa-sha512': 'RS256', 'ecdsa-sha256': 'ES256' };
const mostPartners = 2000;

/** Keeps what every message of a context needs, until anything of the context changes. */
export class SamlDirectory {
  readonly #listener: ChangeListener;
  readonly #known: LRUCache<string, Known>;

  constructor(listener: ChangeListener, size: number) {
    this.#listener = listener;
    this.#known = new LRUCache({ max: size });
    listener.onChange((subject) => (subject === '*' ? this.#known.clear() : this.#known.delete(subject)));
  }

  /** The partner of an entity ID, switched off or not, or undefined. */
  findPartner(scope: Scope, entityId: string): Promise<SamlApplication | undefined> {
    return this.#cached(scope, `entity:${entityId}`, () => findApplicationByEntityId(scope, entityId));
  }

  /** The partner that this application is, or undefined. */
  findPartnerById(scope: Scope, applicationId: string): Promise<SamlApplication | undefined> {
    return this.#cached(scope, `id:${applicationId}`, () => findApplicationById(scope, applicationId));
  }

  #cached(scope: Scope, key: string, find: () => Promise<Application | undefined>): Promise<SamlApplication | undefined> {
    const { partners } = this.#of(scope.contextId);
    let found = partners.get(key);
    if (!found) {
      found = find().then((application) => (application?.saml ? (application as SamlApplication) : undefined));
      // a name that exists nowhere is not kept: strangers could fill the memory
      const forget = () => partners.delete(key);
      found.then((application) => application ?? forget(), forget);
      if (partners.size < mostPartners) partners.set(key, found);
    }
    return found;
  }

  async signer(scope: Scope, context: ResolvedContext, algorithm: SigningAlgorithm): Promise<Signer & { fingerprint: string }> {
    const known = this.#of(scope.contextId);
    known.keys ??= this.#load(scope, context);
    known.keys.catch(() => {
      known.keys = undefined;
    });
    const { key, certificate, fingerprint } = (await known.keys)[algOf[algorithm]];
    return { ...signerFor(key, certificate, algorithm), fingerprint };
  }

  #of(contextId: string): Known {
    // without change notices nothing is believed for longer than this request
    const known = this.#listener.isTrusted ? this.#known.get(contextId) : undefined;
    if (known) return known;
    const fresh: Known = { partners: new Map() };
    this.#known.set(contextId, fresh);
    return fresh;
  }

  async #load(scope: Scope, context: ResolvedContext): Promise<Keys> {
    const system: Scope = { ...scope, actor: { kind: 'system', name: 'saml' } };
    // a context made before there was SAML gets its certificates with its first message
    if ((await listPublishedCertificates(system)).length === 0)
      await createSamlCertificates(system, context.name).catch(async (error) => {
        if ((await listPublishedCertificates(system)).length === 0) throw error; // otherwise another process was first
      });
    const load = async (alg: CertificateAlg) => {
      const { key, certificate } = await loadSigner(system, alg);
      return { key, certificate: derOf(certificate.certificate), fingerprint: certificate.fingerprint };
    };
    return { RS256: await load('RS256'), ES256: await load('ES256') };
  }
}
