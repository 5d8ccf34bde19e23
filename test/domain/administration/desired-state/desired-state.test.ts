import { expect } from 'chai';
import { parseState, StateError } from '../../../../src/domain/administration/desired-state/index.ts';

describe('domain/administration/desired-state: the file', () => {
  const stateOf = (...applications: object[]) => ({ contexts: [{ code: 'acme', name: 'Acme', applications }] });

  it('has applications by the rules of applications, and every fault is told at once by its path', () => {
    const read = parseState(stateOf({ code: 'crm', name: ' CRM ' })).contexts[0]!.applications[0]!;
    expect(read).to.include({ name: 'CRM', description: '', navigable: false });
    let fault: unknown;
    try {
      parseState(
        stateOf({ code: 'c r m', name: 'CRM' }, { code: 'hr', name: 'HR', launchUrl: 'javascript:alert(1)', partnerMetadata: '<a/>' }),
      );
    } catch (error) {
      fault = error;
    }
    expect(fault).to.be.instanceOf(StateError);
    expect((fault as StateError).faults).to.have.deep.members([
      { path: 'contexts[0].applications[0].code', message: 'fields.code' },
      { path: 'contexts[0].applications[1].launchUrl', message: 'fields.web_uri' },
      { path: 'contexts[0].applications[1].partnerMetadata', message: 'there is no such key' },
    ]);
  });
});
