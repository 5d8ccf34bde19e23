import { SMTPServer } from 'smtp-server';
import { freePort } from './server.ts';

export type CaughtMail = { to: string[]; text: string };

/** A mail server that keeps what it is sent, decoded. */
export async function startMailSink(): Promise<{ url: string; mails: CaughtMail[]; close(): void }> {
  const mails: CaughtMail[] = [];
  const sink = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const text = Buffer.concat(chunks)
          .toString()
          .replace(/=\r\n/g, '')
          .replace(/(?:=[0-9A-F]{2})+/g, (codes) => Buffer.from(codes.replaceAll('=', ''), 'hex').toString());
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  const port = await freePort();
  await new Promise<void>((resolve) => sink.listen(port, '127.0.0.1', () => resolve()));
  return { url: `smtp://127.0.0.1:${port}`, mails, close: () => void sink.close(() => {}) };
}
