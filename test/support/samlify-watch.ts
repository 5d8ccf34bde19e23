import { createRequire } from 'node:module';

const here = createRequire(import.meta.url);
const inSamlify = createRequire(here.resolve('samlify'));

/** A call of samlify, or of a library that samlify reads, signs or encrypts with, and every text it was handed. */
export type Call = { name: string; texts: string[] };

/** Every text in a value, also in lists, objects and buffers. */
export function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  if (typeof value === 'string') return [value];
  if (Buffer.isBuffer(value)) return [value.toString(), value.toString('base64')];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  return Object.values(value).flatMap((one) => textsIn(one, seen));
}

type Functions = Record<string, unknown>;

const files = [
  'api',
  'binding-post',
  'binding-redirect',
  'binding-simplesign',
  'entity',
  'extractor',
  'flow',
  'libsaml',
  'metadata',
  'metadata-idp',
  'metadata-sp',
  'utility',
  'validator',
];

/** Notes what samlify is handed from now on: each function of its files, and each entry of the libraries below it. @returns how to stop */
export function watchSamlify(note: (call: Call) => void): () => void {
  const undo: (() => void)[] = [];
  const wrap = (owner: Functions, key: string, name: string): void => {
    const original = owner[key];
    const { writable } = Object.getOwnPropertyDescriptor(owner, key)!;
    if (typeof original !== 'function' || !writable || key === 'constructor') return;
    owner[key] = new Proxy(original, {
      apply(target, self, args) {
        note({ name, texts: textsIn(args) });
        return Reflect.apply(target, self, args);
      },
      construct(target, args, newTarget) {
        note({ name, texts: textsIn(args) });
        return Reflect.construct(target, args, newTarget);
      },
    });
    undo.push(() => {
      owner[key] = original;
    });
  };
  const wrapAll = (owner: Functions, name: string): void => {
    for (const key of Object.getOwnPropertyNames(owner)) wrap(owner, key, `${name}.${key}`);
  };

  for (const file of files) {
    const exports: Functions = inSamlify(`./src/${file}.js`);
    wrapAll(exports, file);
    // some files hand out an object of functions as their default
    if (typeof exports.default === 'object' && exports.default) wrapAll(exports.default as Functions, file);
  }
  const { DOMParser } = inSamlify('@xmldom/xmldom');
  wrapAll(DOMParser.prototype, 'DOMParser');
  const { SignedXml } = inSamlify('xml-crypto');
  wrapAll(SignedXml.prototype, 'SignedXml');
  wrapAll(inSamlify('@authenio/xml-encryption'), 'xml-encryption');
  wrapAll(inSamlify('node-rsa').prototype, 'NodeRSA');
  return () => {
    for (const one of undo.reverse()) one();
  };
}
