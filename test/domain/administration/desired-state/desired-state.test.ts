import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { parseState, StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { faultsOf } from '../../../support/json-schema.ts';

const example = () => {
  const guide = readFileSync(new URL('../../../../docs/operators.md', import.meta.url), 'utf8');
  return /## Companies from a file\n\n```yaml\n([\s\S]*?)```/.exec(guide)![1]!;
};

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
    expect((fault as StateError).faults.map(({ path, message }) => `${path} ${message}`)).to.have.members([
      'contexts[0].applications[0].code fields.code',
      'contexts[0].applications[1].launchUrl fields.web_uri',
      'contexts[0].applications[1].partnerMetadata fields.key_unknown',
    ]);
  });

  it('the guide’s example is what the schema for editors takes, and so is `$schema`', () => {
    const schema = JSON.parse(readFileSync(new URL('../../../../docs/apply.schema.json', import.meta.url), 'utf8'));
    const state = { $schema: 'docs/apply.schema.json', ...parse(example()) };
    expect(faultsOf(schema, state)).to.deep.equal([]);
    expect(parseState(state).contexts).to.have.length(1);
    state.contexts[0].applications[0].lunchUrl = 'https://payroll.acme.example/';
    expect(faultsOf(schema, state)).to.have.length(1);
  });
});
