import { expect } from 'chai';
import { ConfigError, loadConfig } from '../../src/config/index.ts';

describe('config', () => {
  it('reports all faults at once, and names what it does not know', () => {
    let error: unknown;
    try {
      loadConfig({ PORT: 'abc', PORTARIA_BASE_URL: 'ftp://x', PORTARIA_TYPO: '1', PORTARIA_MASTER_KEYS_FILE: '/nowhere' });
    } catch (caught) {
      error = caught;
    }
    expect(error).to.be.instanceOf(ConfigError);
    const { faults } = error as ConfigError;
    for (const name of ['PORT', 'PORTARIA_BASE_URL', 'PORTARIA_TYPO', 'PORTARIA_MASTER_KEYS_FILE'])
      expect(faults.join('\n')).to.contain(name);
  });
  it('derives the base address from the port', () => {
    expect(loadConfig({ PORT: '8080' }).baseUrl).to.equal('http://localhost:8080');
    expect(loadConfig({ PORTARIA_BASE_URL: 'https://login.example.com/' }).baseUrl).to.equal('https://login.example.com');
  });
});
