import { expect } from 'chai';
import { findFaults, parseState, StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { useStore } from '../../../support/use-cases.ts';

/** What is no number, though JavaScript makes one of some of it. Null is the default. */
const none = ['', ' ', [], ['5'], [16], '0x10', '1e1', '1.5', 'five', true, {}, 1.5];

describe('domain/administration/desired-state: numbers of a file', () => {
  const store = useStore();
  const faultsOf = async (said: unknown) => {
    try {
      return { faults: await findFaults(store.scope, parseState(said)) };
    } catch (error) {
      if (error instanceof StateError) return error;
      throw error;
    }
  };

  it('are told at their place, with their limits; none weakens what it stands for', async () => {
    const places: [path: string, file: (value: unknown) => object][] = [
      ['policy.password.history', (history) => ({ policy: { password: { history } } })],
      ['policy.password.minLength', (minLength) => ({ policy: { password: { minLength } } })],
      ['policy.secondFactor.rememberDays', (rememberDays) => ({ policy: { secondFactor: { rememberDays } } })],
      ['policy.lockout.limit', (limit) => ({ policy: { lockout: { limit } } })],
      ['newAccounts.invitationDays', (invitationDays) => ({ newAccounts: { invitationDays } })],
      ['apis[0].accessTokenSeconds', (accessTokenSeconds) => ({ apis: [{ identifier: 'urn:a', name: 'A', accessTokenSeconds }] })],
    ];
    for (const [path, file] of places)
      for (const value of none) {
        const { faults } = await faultsOf({ contexts: [{ code: 'acme', ...file(value) }] });
        expect(
          faults.map((one) => [one.path, one.message]),
          `${path} ${JSON.stringify(value)}`,
        ).to.deep.equal([[`contexts[0].${path}`, 'fields.number_between']]);
      }
  });
});
