import { expect } from 'chai';
import { showKey } from '../../../../src/domain/administration/configuration/index.ts';
import { parseState } from '../../../../src/domain/administration/desired-state/index.ts';

describe('domain/administration/configuration: keys in faults', () => {
  it('a value that became a part of its key is not shown', () => {
    for (const [key, shown] of [
      ['password:S3CRETVALUE99xyz', 'password…'],
      ['password S3CRETVALUE99xyz', 'password…'],
      ['client_secret=S3CRET', 'client_secret…'],
      ['oidc.client_secret S3CRET', 'oidc.client_secret…'],
      ['"bindPassword" : x', '"bindPassword…'],
      ['eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ', '…'],
      ['client_secret', 'client_secret'],
      ['pasword', 'pasword'],
      ['acceptInclusiveC14nUntil', 'acceptInclusiveC14nUntil'],
      ['application crm', 'application crm'],
      ['custom.cost-center', 'custom.cost-center'],
    ] as const)
      expect(showKey(key), key).to.equal(shown);
  });

  it('nor in the path of a fault of the file', () => {
    const users = [{ email: 'ana@acme.example', 'password:S3CRETVALUE99xyz': null }];
    let said = '';
    try {
      parseState({ contexts: [{ code: 'acme', name: 'Acme', users }] });
    } catch (error) {
      said = JSON.stringify(error, Object.getOwnPropertyNames(error));
    }
    expect(said).to.contain('users[0]');
    expect(said.replace(/"steps":\[[^\]]*\]/g, '')).to.not.contain('S3CRET');
  });
});
