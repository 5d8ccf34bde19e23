import { generateURI } from 'otplib';

/**
 * A part of a label, of at most so many characters as an address writes it. No colon: apps take what is before the first for the issuer (Key URI Format, "Label").
 * What no QR code can hold, or no phone can read, is cut between characters as people count them.
 */
function labelPart(text: string, most: number): string {
  const plain = text
    .toWellFormed()
    .replace(/[\p{Cc}\s\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF:]+/gu, ' ')
    .trim();
  let part = '';
  for (const { segment } of new Intl.Segmenter().segment(plain.slice(0, most))) {
    if (encodeURIComponent(part + segment).length > most) break;
    part += segment;
  }
  return part.trim();
}

/** The otpauth:// address behind the QR code; the issuer before the label and the parameter are the same (Key URI Format, "Issuer"). @param secret in base32 */
export const totpUri = (secret: string, company: string, login: string): string =>
  generateURI({ issuer: labelPart(company, 300), label: labelPart(login, 400), secret });
