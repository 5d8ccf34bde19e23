import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';

const fixture = new URL('../../../fixtures/metadata/plain.xml', import.meta.url);
const entity = readFileSync(fixture, 'utf8').replace(/^<\?xml[^>]*>\s*/, '');
const root = new URL('../../../../', import.meta.url);

/** Reads an aggregate of so many entities in a process of its own, whose heap holds 56 MB. @returns what it found, and its memory in MB */
function readInSmallHeap(entities: number, wanted?: string): { found: string; bytes: number; beforeMb: number; afterMb: number } {
  const script = `
    const { createPartnerReader } = await import('./src/domain/applications/applications/index.ts');
    const mb = () => Math.round(process.resourceUsage().maxRSS / 1024);
    const entity = ${JSON.stringify(entity)};
    const beforeMb = mb();
    let bytes = 0;
    let found;
    try {
      const reader = createPartnerReader(new Date('2026-11-29'), ${JSON.stringify(wanted)});
      const write = (text) => { bytes += text.length; reader.write(Buffer.from(text)); };
      write('<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">');
      for (let n = 0; n < ${entities}; n++) write(entity.replace('https://sp.example/metadata', 'https://sp.example/' + n));
      write('</md:EntitiesDescriptor>');
      const reading = reader.end();
      found = reading.choose ? reading.choose.length + ' to choose from' : reading.settings.entityId;
    } catch (error) {
      found = Object.values(error.fields).join() + ' ' + error.params.detail;
    }
    console.log(JSON.stringify({ found, bytes, beforeMb, afterMb: mb() }));`;
  const args = ['--max-old-space-size=56', '--max-semi-space-size=4', '--input-type=module', '-e', script];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
}

describe('domain/applications/applications: an aggregate of 20 MB', function () {
  this.timeout(60_000);
  const most = Math.floor((20 * 1024 * 1024) / (entity.length + 10));

  it('is read in the memory of one entity', () => {
    const { found, bytes, beforeMb, afterMb } = readInSmallHeap(most, `https://sp.example/${most - 3}`);
    expect(found).to.equal(`https://sp.example/${most - 3}`);
    expect(bytes).to.be.greaterThan(19_500_000);
    expect(afterMb - beforeMb, 'MB more than the process itself').to.be.below(60);
  });

  it('lists those to choose from', () => {
    expect(readInSmallHeap(most).found).to.equal(`${most} to choose from`);
  });

  it('is refused where it is larger, before the rest of it is read', () => {
    const { found, bytes } = readInSmallHeap(most * 3);
    expect(found).to.equal('fields.metadata_size 20 MB');
    expect(bytes).to.be.below(22_000_000);
  });
});
