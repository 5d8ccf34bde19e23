import { commonWords } from './common-words.ts';

let known: Promise<Set<string>> | undefined;

// 49,000 passwords of real breaches; read when the first password is chosen, so that a server where nobody does is smaller by 19 MB
const load = async (): Promise<Set<string>> => {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Set([...(dictionary['passwords-common'] as string[]), ...commonWords]);
};

/** A common password of known breaches or of our languages, or one with digits and signs at its end ("Dragon2026!!!!"): what crackers try first (NIST SP 800-63B-4 §3.1.1.2). */
export async function isBreached(password: string): Promise<boolean> {
  known ??= load();
  const list = await known;
  const plain = password.toLowerCase();
  const bare = plain.normalize('NFD').replace(/\p{M}/gu, ''); // with or without its accents
  return [plain, bare].some((text) => {
    const stem = text.replace(/[^\p{L}]+$/u, '');
    return list.has(text) || (stem.length >= 4 && list.has(stem));
  });
}
