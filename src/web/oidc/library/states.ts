// What the library keeps, and what of it differs by company. Types only.
import type { Configuration } from 'oidc-provider';
import type { SigningKey } from '../../../domain/company/signing-keys/index.ts';

/** The JWK of a key, private where it is to sign. */
export type PublishedKey = Pick<SigningKey, 'kid' | 'alg' | 'use'> & Record<string, unknown>;

export type Claims = Record<string, null | Record<string, null>>;
/** What applications may ask for. */
export type Announced = { scopes: Set<string>; claims: Claims; claimsSupported: Set<string> };

/** What differs by company, as the library asks for it. */
export type CompanyState = {
  readonly issuer: string;
  readonly keystore: Iterable<PublishedKey>;
  readonly announced: Announced;
  /** prompt=create is known. */
  readonly mayRegister: boolean;
  readonly discovery: object;
  readonly nonces: object;
  readonly cookies: {
    names: Record<string, string>;
    keys: { sign(data: string): string; verify(data: string, digest: string): boolean };
    long: object;
    short: object;
  };
};

/** The parts of the library's own state that differ by company. */
export type ProviderState = {
  configuration: Required<Pick<Configuration, 'interactions' | 'discovery'>> &
    CompanyState['announced'] & { cookies: object; prompts: Set<string> };
  keystore: CompanyState['keystore'];
  jwks: object;
  DPoPNonces: object;
};
