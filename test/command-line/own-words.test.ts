import { expect } from 'chai';
import { terminalWords } from '../../src/command-line/own-words.ts';

describe('command-line: words', () => {
  it('has its own words where a page would speak of itself, with what they name, and otherwise those of the console', () => {
    const t = terminalWords();
    expect(t('errors.directory_away', { directory: 'Head office' })).to.match(/^Head office .*portaria doctor/);
    expect(t('page.save')).to.equal('Save');
  });

  it('reads the texts once, and not again for each line that is printed', () => {
    expect(terminalWords()).to.equal(terminalWords());
  });
});
