// Owns: talking to the mail server. Does not: know which mail is due (jobs of the domain) nor its words (views/mail).
import { createTransport } from 'nodemailer';

/** Connects and signs in to the mail server without sending. @throws Error with the server's own words */
export async function verifyMailServer(smtpUrl: string): Promise<void> {
  const transport = createTransport({ url: smtpUrl, connectionTimeout: 5000, greetingTimeout: 5000, socketTimeout: 5000 } as Parameters<
    typeof createTransport
  >[0]);
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}
