import { loadPasswordEngine, type PasswordEngine } from '../../src/platform/crypto/index.ts';

const proofs = new Map<string, Promise<boolean>>();

/**
 * The real engine, which proves a password against a hash once in this process: tests sign the same people in again and again.
 * What is about time, or about passwords that wait, needs the real one.
 */
export async function loadRememberingEngine(): Promise<PasswordEngine> {
  const engine = await loadPasswordEngine();
  return {
    ...engine,
    verify(stored, password) {
      const key = JSON.stringify([stored, password]);
      let proof = proofs.get(key);
      if (!proof) {
        proof = engine.verify(stored, password);
        proofs.set(key, proof);
        // what is no hash is said each time
        proof.catch(() => proofs.delete(key));
      }
      return proof;
    },
  };
}
