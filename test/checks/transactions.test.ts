import { expect } from 'chai';
import { allFunctions, type Exported, firstParameter, modules, type Part, partsOf, typesIn } from './sources.ts';

const writingSql = /\b(INSERT INTO|DELETE FROM|MERGE INTO|TRUNCATE|UPDATE (ONLY )?[\w.]+( AS)?( \w+)? SET)\b/i;
const lockingSql = /\b(FOR (NO KEY )?UPDATE|FOR (KEY )?SHARE|pg_advisory_xact_lock)\b/;
const writingCall = /^(insert|update|delete|del|truncate|increment|decrement|merge)$/;
const lockingCall = /^(forUpdate|forNoKeyUpdate|forShare|forKeyShare)$/;

const textOf = (part: Part): string =>
  part.type === 'StringLiteral'
    ? String(part.value)
    : part.type === 'TemplateLiteral'
      ? (part.quasis as { cooked: string }[]).map(({ cooked }) => cooked).join('x')
      : '';

/** What a chain of calls begins with: `db` of `db('x').where(…).update(…)`, and '' where it begins with no call. */
function rootOf(call: Part, depth = 0): string {
  const callee = call.callee as Part;
  if (callee.type === 'Identifier') return String(callee.value);
  if (callee.type !== 'MemberExpression') return '';
  const object = callee.object as Part;
  if (object.type === 'CallExpression') return rootOf(object, depth + 1);
  if (object.type === 'Identifier' && depth > 0) return String(object.value);
  return String((callee.property as Part).value) === 'db' ? 'db' : '';
}

/** SQL in a variable of the file, such as `const close = …`, by its name. */
const constants = new Map<string, Map<string, string>>();
for (const { file, module } of modules) {
  const ofFile = new Map<string, string>();
  for (const item of module.body)
    if (item.type === 'VariableDeclaration')
      for (const { id, init } of item.declarations)
        if (id.type === 'Identifier' && init) ofFile.set(id.value, [...partsOf(init)].map(({ part }) => textOf(part)).join(' '));
  constants.set(file, ofFile);
}

/** Whether the function itself has a statement of that kind. What it calls answers for itself. */
const has = ({ file, declared }: Exported, sql: RegExp, call: RegExp): boolean =>
  [...partsOf(declared)].some(({ part }) => {
    if (sql.test(textOf(part))) return true;
    if (part.type !== 'CallExpression') return false;
    const given = (part.arguments as { expression: Part }[]).map(({ expression }) => expression);
    const named = given.filter(({ type }) => type === 'Identifier').map(({ value }) => constants.get(file)!.get(String(value)) ?? '');
    if (named.some((text) => sql.test(text))) return true;
    const callee = part.callee as Part;
    if (callee.type === 'Identifier') return sql === writingSql && callee.value === 'insertRow';
    const name = callee.type === 'MemberExpression' ? String((callee.property as Part).value) : '';
    return call.test(name) && !['', 'createHash', 'createHmac'].includes(rootOf(part));
  });

/** One statement each that stands by itself: no event tells of it, and nothing else is written with it. */
const alone = [
  'administration/master-keys/fingerprint-keys.ts: keepFingerprintKeys',
  'administration/master-keys/re-encrypt.ts: sealAgain',
  'applications/applications/client-secrets.ts: recordSecretUse',
  'applications/assertions/pairwise-subjects.ts: loadSubjectKey',
  'applications/assertions/store.ts: makePersistentNameId',
  'applications/assignments/launchpad-entries.ts: removeFromLaunchpad',
  'applications/assignments/launchpad-entries.ts: setFavourite',
  'applications/assignments/launchpad-entries.ts: upsert',
  'applications/traces/traces.ts: recordExchange',
  'company/saml-certificates/certificate-uses.ts: recordCertificateUse',
  'people/directories/agent-processes.ts: claimAgents',
  'people/directories/agent-processes.ts: forgetProcesses',
  'people/directories/agent-processes.ts: noteProcess',
  'people/directories/agent-processes.ts: takeLostProcesses',
  'people/directories/agents.ts: noteAgentSeen',
  'people/directories/store.ts: noteReading',
  'people/directory-entries/written-entries.ts: forgetWantedState',
  'people/directory-entries/written-entries.ts: noteStateTried',
  'people/users/store.ts: forgetCustomValues',
  'records/address-limits/counts.ts: addToCounts',
  'records/address-limits/counts.ts: takeOffCounts',
  'records/attempts/attempts.ts: change',
  'records/attempts/attempts.ts: reserveAttempt',
  'records/attempts/attempts.ts: settleAnsweredAttempt',
  'records/attempts/code-guesses.ts: returnCodeGuess',
  'records/attempts/directory-asks.ts: change',
  'records/attempts/directory-asks.ts: reserveAsk',
  'records/audit/personal.ts: ensurePersonKeys',
  // under both: recordEvent, which takes a Transaction, and recordAlone
  'records/audit/record-event.ts: append',
  'records/operations/operations.ts: beginRun',
  'records/operations/operations.ts: noteProgress',
  'records/page-failures/store.ts: addFailure',
  'sign-in/authentication/pending-requests.ts: recordProof',
  'sign-in/authentication/pending-requests.ts: save',
  'sign-in/credentials/directory-password/verifiers.ts: forgetRefused',
  'sign-in/credentials/directory-password/verifiers.ts: forgetVerifier',
  'sign-in/credentials/directory-password/verifiers.ts: keepVerifier',
  'sign-in/credentials/directory-password/verifiers.ts: stopMaking',
  'sign-in/credentials/passkey/passkeys.ts: provePasskey',
  'sign-in/credentials/password/store.ts: verifyPassword',
  'sign-in/credentials/recovery-code/recovery-codes.ts: proveRecoveryCode',
  'sign-in/credentials/totp/enrolled-totp.ts: proveTotp',
  'sign-in/readiness/readiness.ts: check',
  'sign-in/sessions/store.ts: createSessionFinder',
  'sign-in/sessions/store.ts: recordParticipant',
];

/** What takes a text and no store only makes another text, such as a statement. */
const makesText = (one: Exported) =>
  typesIn(firstParameter(one))[0] === 'string' && !typesIn(one.declared.params).some((type) => ['Scope', 'Db', 'Database'].includes(type));

describe('transactions', () => {
  const functions = allFunctions().filter(
    ({ file, isUseCase, declared }) =>
      file.startsWith('src/domain/') &&
      !isUseCase &&
      ![...partsOf(declared)].some(({ part }) => part.type === 'Identifier' && part.value === 'inTransaction'),
  );
  const takesNone = (one: Exported) => !typesIn(firstParameter(one)).includes('Transaction') && !makesText(one);
  const named = (found: Exported[]) => found.map(({ file, name }) => `${file.slice('src/domain/'.length)}: ${name}`);

  it('whatever locks takes a Transaction: outside of one the lock ends at once', () => {
    const locking = functions.filter((one) => has(one, lockingSql, lockingCall));
    expect(locking.length).to.be.greaterThan(10);
    expect(named(locking.filter(takesNone))).to.deep.equal([
      // one statement each: what it locks first is what it changes then; the person exists while it runs
      'records/address-limits/counts.ts: takeOffCounts',
      'records/audit/personal.ts: ensurePersonKeys',
    ]);
  });

  it('whatever writes takes a Transaction, but for single statements that stand by themselves, and sweeps', () => {
    const writing = functions.filter((one) => has(one, writingSql, writingCall));
    expect(writing.length).to.be.greaterThan(60);
    const sweeps = (one: Exported) => typesIn(firstParameter(one))[0] === 'Db';
    expect(named(writing.filter((one) => takesNone(one) && !sweeps(one))).sort()).to.deep.equal(alone);
  });
});
