import { createTransport } from 'nodemailer';

export type Mail = { to: string; subject: string; text: string; html: string };
export type Mailer = { send(mail: Mail): Promise<void>; close(): void };

const open = (smtpUrl: string, more: object = {}) =>
  createTransport({ url: smtpUrl, connectionTimeout: 5000, greetingTimeout: 5000, socketTimeout: 5000, ...more } as Parameters<
    typeof createTransport
  >[0]);

/** @param from the sender's address, with or without a name */
export function createMailer(smtpUrl: string, from: string): Mailer {
  const transport = open(smtpUrl, { pool: true, maxConnections: 2, disableFileAccess: true, disableUrlAccess: true });
  return {
    /** @throws Error when the server did not take it: whoever sends tries again */
    async send(mail) {
      await transport.sendMail({ from, ...mail, headers: { 'auto-submitted': 'auto-generated' } });
    },
    close: () => transport.close(),
  };
}

/** Connects and signs in to the mail server without sending. @throws Error with the server's own words */
export async function verifyMailServer(smtpUrl: string): Promise<void> {
  const transport = open(smtpUrl);
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}
