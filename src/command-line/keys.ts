import { reEncrypt } from '../domain/administration/master-keys/index.ts';
import { findContextByCode, listContexts } from '../domain/company/contexts/index.ts';
import { getMetadataCertificate, replaceMetadataCertificate } from '../domain/company/saml-certificates/index.ts';
import { listSigningKeys, rotateSigningKeys } from '../domain/company/signing-keys/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, exitCodes, UsageError, withStore } from './command.ts';

export const keysRotate: Command = {
  words: 'keys rotate',
  writes: { inSteps: true, look: 'The page "Keys" of a company in the console shows which key signs.' },
  summary: 'Lets the next signing keys sign; the old ones stay published, so nobody is interrupted',
  usage: 'keys rotate CONTEXT | --all',
  examples: ['keys rotate acme', 'keys rotate --all --json'],
  options: { all: { type: 'boolean' } },
  async run({ args: [code, ...rest], options, config, note, did }) {
    if (rest.length > 0 || Boolean(code) === (options.all === true)) throw new UsageError('Give one context, or --all.');
    return withStore({ config, note }, async ({ scope }) => {
      const contexts = code ? [await findContextByCode(scope.db, code)] : await listContexts(scope.db);
      const rotated = [];
      for (const context of contexts) {
        if (!context) throw new AppError('unknown_context', 422, { params: { code: code ?? '' } });
        const inside = { ...scope, contextId: context.contextId };
        await rotateSigningKeys(inside);
        did(`${context.code}: rotated`);
        const signing = (await listSigningKeys(inside)).filter((key) => key.status === 'signing');
        rotated.push({ context: context.code, signing: signing.map(({ alg, kid }) => ({ alg, kid })) });
      }
      const lines = rotated.flatMap(({ context, signing }) => signing.map(({ alg, kid }) => `${context}: ${alg} ${kid} signs now`));
      return { text: lines.join('\n') || 'There are no contexts yet.', data: { rotated } };
    });
  },
};

export const keysReEncrypt: Command = {
  words: 'keys re-encrypt',
  writes: { inSteps: true, look: 'What was sealed again stays so. Run it again: it goes on with the rest.' },
  exits: { problems: 'something is left under another key' },
  summary: 'Seals every secret in the store under the first master key, while servers go on, so that the others can leave the ring',
  usage: 'keys re-encrypt',
  examples: ['keys re-encrypt', 'keys re-encrypt --json'],
  async run({ args, config, note }) {
    if (args.length > 0) throw new UsageError('It takes nothing: the first master key is the one that stays.');
    return withStore({ config, note }, async ({ scope }) => {
      const { changed, unreadable, left, retired } = await reEncrypt(scope, note);
      const current = scope.keyRing.currentId;
      const waits = left.map(
        ({ keyId, what, count, passes }) => `  "${keyId}": ${count} ${what}${passes ? ', which end within minutes' : ''}`,
      );
      const lines = [
        `${changed} secrets were sealed again under the master key "${current}".`,
        ...unreadable.map((what) => `No master key opens ${what}.`),
        ...(left.length > 0 ? ['Still needed:', ...waits, 'Run this again.'] : []),
        ...retired.map(
          (id) =>
            `Nothing is under "${id}". Take it out of PORTARIA_MASTER_KEYS (or master.key) once every server and worker runs with "${current}" first, after this command once more, and start them again. Is it new? Then put it first instead.`,
        ),
        ...(left.length === 0 && retired.length === 0 ? ['There is no other master key in the ring.'] : []),
      ];
      return {
        text: lines.join('\n'),
        data: { current, changed, unreadable, left, retired },
        exitCode: left.length > 0 ? exitCodes.problems : exitCodes.ok,
      };
    });
  },
};

export const keysMetadata: Command = {
  words: 'keys metadata',
  writes: { look: '"portaria keys metadata CONTEXT" shows the certificate.' },
  summary:
    'Shows the certificate that signs the SAML metadata of a context; with --replace makes another, which partners have to be told of',
  usage: 'keys metadata CONTEXT [--replace]',
  examples: ['keys metadata acme > portaria-metadata.pem', 'keys metadata acme --replace'],
  options: { replace: { type: 'boolean' } },
  async run({ args: [code, ...rest], options, config, note }) {
    if (!code || rest.length > 0) throw new UsageError('Give one context.');
    return withStore({ config, note }, async ({ scope }) => {
      const context = await findContextByCode(scope.db, code);
      if (!context) throw new AppError('unknown_context', 422, { params: { code } });
      const inside = { ...scope, contextId: context.contextId };
      const { fingerprint, certificate, notAfter } =
        options.replace === true
          ? await replaceMetadataCertificate(inside, context.name)
          : await getMetadataCertificate(inside, context.name);
      return { text: certificate.trimEnd(), data: { context: code, fingerprint, certificate, notAfter } };
    });
  },
};
