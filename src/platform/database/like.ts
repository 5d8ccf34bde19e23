/** The text itself inside a LIKE pattern, whatever signs of patterns it holds. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
