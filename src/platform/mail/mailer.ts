import type { Transporter } from 'nodemailer';
import { inSpan } from '../tracing/index.ts';

/** `box`: where it is kept when it is not sent. `sender`: the name beside the sender's address, in any script. */
export type Mail = { box: string; sender: string; to: string; subject: string; text: string; html: string };
export type Mailer = { send(mail: Mail): Promise<void>; close(): void };

/** A server without mail never loads the library. */
async function open(smtpUrl: string, more: object = {}): Promise<Transporter> {
  const { createTransport } = await import('nodemailer');
  const options = { url: smtpUrl, connectionTimeout: 5000, greetingTimeout: 5000, socketTimeout: 5000, ...more };
  return createTransport(options as Parameters<typeof createTransport>[0]);
}

/** @param from the sender's address; a name before it in `Name <address>` gives way to that of each mail */
export function createMailer(smtpUrl: string, from: string): Mailer {
  const address = /<([^<>]*)>\s*$/.exec(from)?.[1]?.trim() ?? from.trim();
  const server = new URL(smtpUrl).hostname;
  const transport = open(smtpUrl, { pool: true, maxConnections: 2, disableFileAccess: true, disableUrlAccess: true });
  return {
    /** @throws Error if the server did not accept it: the sender tries again */
    async send({ box: _, sender, ...mail }) {
      // quoted or encoded as RFC 5322 §3.4 and RFC 2047 want it
      const from = { name: sender.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '), address };
      await inSpan('client', 'send mail', { 'server.address': server }, async () =>
        (await transport).sendMail({ from, ...mail, headers: { 'auto-submitted': 'auto-generated' } }),
      );
    },
    close: () => void transport.then((open) => open.close()),
  };
}

/** Connects and signs in to the mail server without sending. @throws Error with the server's own words */
export async function verifyMailServer(smtpUrl: string): Promise<void> {
  const transport = await open(smtpUrl);
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}
