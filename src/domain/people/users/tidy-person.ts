// Not variation selectors: they say which glyph of an ideograph is the person's name.
const around = /^[\s\p{Cc}\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u206F]+|[\s\p{Cc}\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u206F]+$/gu;

/** What is not seen goes from both ends, as copying from mails, chats and directories leaves it there. In NFC. What is longer than any name is refused as it is. */
export const tidyText = (text: string): string => (text.length > 1000 ? text : text.normalize('NFC').replace(around, ''));

/** A tab or a line break, as a spreadsheet puts between cells, is a space. */
export const tidyName = (name: string): string => tidyText(name).replace(/\s+/g, ' ');

/** Also the link that a spreadsheet makes of an address, and the @ of East Asian keyboards. */
export const tidyEmail = (email: string): string =>
  tidyText(email)
    .replace(/^mailto:/i, '')
    .replace(/^([^@]*)[＠﹫]([^@]*)$/, '$1@$2');

type Texts = { email?: string; username?: string; firstName?: string; lastName?: string; department?: string };
const of: Record<keyof Texts, (text: string) => string> = {
  email: tidyEmail,
  username: tidyText,
  firstName: tidyName,
  lastName: tidyName,
  department: tidyName,
};

/** The same data as it is kept; what is missing stays so. */
export const tidyPerson = <Data extends Texts>(data: Data): Data => ({
  ...data,
  ...Object.fromEntries(
    Object.entries(of).flatMap(([field, clean]) => {
      const text = data[field as keyof Texts];
      return text === undefined ? [] : [[field, clean(text)]];
    }),
  ),
});
