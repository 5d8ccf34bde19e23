import { SMTPServer } from 'smtp-server';
import { eventually } from './process.ts';
import { freePort } from './server.ts';

/** `raw` as it came; `text` decoded far enough to read. */
export type CaughtMail = { to: string[]; text: string; raw: Buffer };

export type MailSink = {
  url: string;
  mails: CaughtMail[];
  /** What arrives because of `work`: the first mail of it to this address, leading to such a page. */
  after(work: () => Promise<unknown>, to?: string, leadsTo?: string): Promise<CaughtMail>;
  close(): void;
};

/** The link that a mail leads to. */
export function linkIn({ text }: CaughtMail): string {
  const found = /https?:\/\/\S+/.exec(text);
  if (!found) throw new Error(`no link in ${text}`);
  return found[0];
}

/** A mail server that keeps what it is sent, decoded. */
export async function startMailSink(at?: number): Promise<MailSink> {
  const mails: CaughtMail[] = [];
  const sink = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks);
        const text = raw
          .toString()
          .replace(/=\r\n/g, '')
          .replace(/(?:=[0-9A-F]{2})+/g, (codes) => Buffer.from(codes.replaceAll('=', ''), 'hex').toString());
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text, raw });
        done();
      });
    },
  });
  const port = at ?? (await freePort());
  await new Promise<void>((resolve) => sink.listen(port, '127.0.0.1', () => resolve()));
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    async after(work, to, leadsTo = '') {
      const known = mails.length;
      await work();
      let found: CaughtMail | undefined;
      await eventually(async () => {
        found = mails.slice(known).find((mail) => (to === undefined || mail.to.includes(to)) && mail.text.includes(leadsTo));
        if (!found) throw new Error(`no mail to ${to ?? 'anybody'} yet`);
      });
      return found!;
    },
    close: () => void sink.close(() => {}),
  };
}
