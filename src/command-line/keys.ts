import { findContextByCode, listContexts } from '../domain/company/contexts/index.ts';
import { getMetadataCertificate, replaceMetadataCertificate } from '../domain/company/saml-certificates/index.ts';
import { listSigningKeys, rotateSigningKeys } from '../domain/company/signing-keys/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, UsageError, withStore } from './command.ts';

export const keysRotate: Command = {
  words: 'keys rotate',
  summary: 'Lets the next signing keys sign; the old ones stay published, so nobody is interrupted',
  usage: 'keys rotate CONTEXT | --all',
  examples: ['keys rotate acme', 'keys rotate --all --json'],
  options: { all: { type: 'boolean' } },
  async run({ args: [code, ...rest], options, config, note }) {
    if (rest.length > 0 || Boolean(code) === (options.all === true)) throw new UsageError('Give one context, or --all.');
    return withStore({ config, note }, async ({ scope }) => {
      const contexts = code ? [await findContextByCode(scope.db, code)] : await listContexts(scope.db);
      const rotated = [];
      for (const context of contexts) {
        if (!context) throw new AppError('unknown_context', 422, { params: { code: code ?? '' } });
        const inside = { ...scope, contextId: context.contextId };
        await rotateSigningKeys(inside);
        const signing = (await listSigningKeys(inside)).filter((key) => key.status === 'signing');
        rotated.push({ context: context.code, signing: signing.map(({ alg, kid }) => ({ alg, kid })) });
      }
      const lines = rotated.flatMap(({ context, signing }) => signing.map(({ alg, kid }) => `${context}: ${alg} ${kid} signs now`));
      return { text: lines.join('\n') || 'There are no contexts yet.', data: { rotated } };
    });
  },
};

export const keysMetadata: Command = {
  words: 'keys metadata',
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
