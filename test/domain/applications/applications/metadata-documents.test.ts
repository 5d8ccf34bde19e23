import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { createPartnerReader, isNotable, type PartnerReading } from '../../../../src/domain/applications/applications/index.ts';
import { AppError } from '../../../../src/platform/errors/index.ts';
import { createI18n, locales } from '../../../../src/platform/i18n/index.ts';
import { leftOutReasons, metadataRules } from '../../../../src/platform/saml/index.ts';

/** What the reader has to say of a document of test/fixtures/metadata; `wanted` is the entity ID that is asked for. */
type Expected = { about: string; wanted?: string } & (
  | { refused: string; detail?: string }
  | { choose: string[] }
  | {
      entityId: string;
      acs: string[];
      slo: string[];
      signing: number;
      encryption: boolean;
      nameIdFormat?: string;
      requireSigned?: boolean;
      leftOut: string[];
    }
);

const folder = new URL('../../../fixtures/metadata/', import.meta.url);
const expected: Record<string, Expected> = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));
const now = new Date('2026-11-29T12:00:00Z');

function read(document: Buffer, wanted: string | undefined, pieceBytes: number): PartnerReading {
  const reader = createPartnerReader(now, wanted);
  for (let at = 0; at < document.length; at += pieceBytes) reader.write(document.subarray(at, at + pieceBytes));
  return reader.end();
}

/** In the form of the expectations. */
function describeReading(document: Buffer, wanted?: string, pieceBytes = document.length + 1): Record<string, unknown> {
  try {
    const reading = read(document, wanted, pieceBytes);
    if ('choose' in reading) return reading;
    const { settings, leftOut } = reading;
    const { entityId, assertionConsumerServices, singleLogoutServices = [], signingCertificates = [], encryptionCertificate } = settings;
    return {
      entityId,
      acs: assertionConsumerServices.map(({ url, index, isDefault }) => `${index} ${url}${isDefault ? ' *' : ''}`),
      slo: singleLogoutServices.map(({ binding, url, responseUrl }) => [binding, url, responseUrl].filter(Boolean).join(' ')),
      signing: signingCertificates.length,
      encryption: encryptionCertificate !== undefined,
      ...(settings.nameIdFormat ? { nameIdFormat: settings.nameIdFormat } : {}),
      ...(settings.requireSignedRequests ? { requireSigned: true } : {}),
      leftOut: leftOut.map(({ reason, what }) => [reason, what].filter(Boolean).join(' ')).sort(),
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { refused: error.fields?.metadata?.replace('fields.metadata_', ''), detail: error.params.detail };
  }
}

describe('domain/applications/applications: documents of metadata as they are found', () => {
  it('each has what is said of it, and none is forgotten', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.xml'));
    expect(files.length).to.be.greaterThan(59);
    expect(Object.keys(expected)).to.have.members(files);
    const all = Object.values(expected);
    expect(new Set(all.flatMap((one) => ('refused' in one ? [one.refused] : [])))).to.include.all.keys(
      metadataRules.filter((rule) => rule !== 'several_providers'),
    );
    const reasons = all.flatMap((one) => ('leftOut' in one ? one.leftOut : [])).map((one) => one.split(' ')[0]);
    expect(new Set(reasons)).to.have.all.keys(Object.keys(leftOutReasons));
  });

  for (const [file, { about, wanted, ...said }] of Object.entries(expected))
    it(`${file}: ${about}`, () => {
      const document = readFileSync(new URL(file, folder));
      const found = describeReading(document, wanted);
      if ('leftOut' in said) said.leftOut.sort();
      if ('refused' in said) expect(found).to.include(said);
      else expect(found).to.deep.equal(said);
      expect(describeReading(document, wanted, 1), 'as it arrives, byte by byte').to.deep.equal(found);
    });

  it('every rule and every reason has a sentence in three languages, with what it is about', () => {
    const i18n = createI18n(new URL('../../../../views/', import.meta.url));
    const keys = [
      ...metadataRules.map((rule) => `fields.metadata_${rule}`),
      ...Object.keys(leftOutReasons).map((one) => `left_out.${one}`),
    ];
    for (const key of keys) {
      const sentences = locales.map((locale) => i18n.for(locale)(key, { detail: 'THIS', what: 'THIS' }));
      expect(new Set(sentences).size, key).to.equal(locales.length);
      for (const sentence of sentences) {
        expect(sentence, key)
          .to.match(/^.{30,}\.$/s)
          .and.not.contain('{{')
          .and.not.contain('_');
        if (key.startsWith('left_out.')) expect(sentence, key).to.contain('THIS');
        else expect(sentence, `${key} says how to mend it`).to.match(/[.:;,] ?.{15,}[.:;,]|: \S+ \S+/);
      }
    }
  });

  it('what changes whom we believe, or where answers go, is told before it takes effect', () => {
    const told = Object.keys(leftOutReasons).filter((reason) => isNotable({ reason: reason as keyof typeof leftOutReasons, what: '' }));
    expect(told).to.include.members([
      'address',
      'certificate_weak',
      'certificate_unreadable',
      'certificate_kind',
      'second_role',
      'surplus',
    ]);
  });

  it('addresses by artifact are read where the application is answered so, and left out elsewhere', () => {
    const consumers = (file: string, artifacts: boolean) => {
      const reader = createPartnerReader(now, undefined, { artifacts });
      reader.write(readFileSync(new URL(file, folder)));
      const reading = reader.end();
      if ('choose' in reading) throw new Error('one is meant');
      return reading.settings.assertionConsumerServices.map(({ url, index, binding }) =>
        [index, binding, url].filter((part) => part !== undefined).join(' '),
      );
    };
    expect(consumers('bindings.xml', true)).to.deep.equal(['1 https://sp.example/acs', '3 artifact https://sp.example/acs/artifact']);
    expect(consumers('bindings.xml', false)).to.deep.equal(['1 https://sp.example/acs']);
    expect(consumers('no-post.xml', true)).to.deep.equal(['0 artifact https://sp.example/acs']);
    expect(() => consumers('no-post.xml', false)).to.throw(AppError);
  });
});
