import { createHash, randomBytes } from 'node:crypto';

/** Type 0x0004 (bindings §3.6.4): type, index of our resolution service, SHA-1 of our entity ID, and a handle that says nothing. */
const typeCode = 4;
const length = 44;

/** Of the one address in our metadata at which artifacts are resolved. */
export const resolutionIndex = 0;

const sourceIdOf = (entityId: string): Buffer => createHash('sha1').update(entityId).digest();
const head = (entityId: string): Buffer => Buffer.concat([Buffer.from([0, typeCode, 0, resolutionIndex]), sourceIdOf(entityId)]);

/** @returns base64, and the 160 bits of it that nobody can guess */
export function newArtifact(entityId: string): { artifact: string; handle: string } {
  const handle = randomBytes(20);
  return { artifact: Buffer.concat([head(entityId), handle]).toString('base64'), handle: handle.toString('base64url') };
}

/** @returns the handle; undefined for what no artifact of this entity can be, in any other spelling too */
export function handleOf(artifact: string, entityId: string): string | undefined {
  const octets = Buffer.from(artifact, 'base64');
  const isOurs = octets.length === length && octets.toString('base64') === artifact && octets.subarray(0, 24).equals(head(entityId));
  return isOurs ? octets.subarray(24).toString('base64url') : undefined;
}

/** The address that carries an artifact (bindings §3.6.3.1): what was registered, byte for byte, and its parameters. */
export function artifactUrl(location: string, artifact: string, relayState?: string): string {
  const state = relayState === undefined ? '' : `&RelayState=${encodeURIComponent(relayState)}`;
  return `${location}${location.includes('?') ? '&' : '?'}SAMLart=${encodeURIComponent(artifact)}${state}`;
}
