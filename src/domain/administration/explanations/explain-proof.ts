import type { DirectoryFacts, ExplainFacts, PersonFacts, ProofFacts } from './explain-facts.ts';
import type { ExplanationStep, Mend } from './explanation.ts';
import type { ExplainReason } from './reasons.ts';

/** Why the password of the network proves nothing at this moment; undefined where it does, or what is kept of it. */
export function directoryFault(directory: DirectoryFacts, isKnownBrowser: boolean): ExplainReason | undefined {
  const { state, agents, isVerifierHeld, isAskLeft } = directory;
  if (state === 'not-configured') return 'directory-not-configured';
  // known browsers have a count of their own
  if (!isKnownBrowser && !isAskLeft) return 'directory-not-asked';
  return (state === 'unavailable' || agents === 0) && !isVerifierHeld ? 'directory-unavailable' : undefined;
}

const countsPersonal = ({ personal }: ProofFacts): boolean => personal?.counts === true;

/** The directory as a way in: of who has another one it only may go wrong. */
export function directoryStep(given: ExplainFacts, proof: ProofFacts, directory: DirectoryFacts): ExplanationStep {
  const { directoryId, name, state, unavailableReason, agents, isAskLeft, isVerifierHeld, there } = directory;
  const reason = directoryFault(directory, given.isKnownBrowser) ?? (there && 'directory-account-disabled');
  const facts = {
    name,
    state,
    ...(there && { there }),
    ...(unavailableReason && { unavailableReason }),
    agents,
    isAskLeft,
    isVerifierHeld,
  };
  if (!reason) return { step: 'directory', outcome: 'passed', facts };
  const isOnlyWay = reason !== 'directory-account-disabled' && !countsPersonal(proof) && proof.alone.length === 0;
  const mend: Mend = { page: 'directory', params: { directory: directoryId } };
  return { step: 'directory', outcome: isOnlyWay ? 'refuses' : 'unknown', reason, facts, mend };
}

/** What the person proves who they are with. */
export function passwordStep(given: ExplainFacts, proof: ProofFacts, person: PersonFacts): ExplanationStep {
  const { personal, directory, alone } = proof;
  const isOfDirectory = directory !== undefined && !directoryFault(directory, given.isKnownBrowser);
  const byName = [...(isOfDirectory ? ['directory'] : []), ...(countsPersonal(proof) ? ['personal'] : [])];
  const must = given.signIn?.password?.mustChange;
  const facts = {
    ways: [...(person.isLoginTaken ? byName : []), ...alone],
    state: stateOf(proof, must),
    ...(personal && { changedAt: personal.changedAt }),
    ...(directory && { directory: directory.name }),
  };
  if (given.signIn?.session && !given.signIn.proven) return { step: 'password', outcome: 'passed', facts };
  if (facts.ways.length > 0) return { step: 'password', outcome: 'asks', facts };
  // who was invited chooses one by the link; a directory that is away, or a name that is not taken, is said above
  if (directory || person.status === 'invited' || !person.isLoginTaken) return { step: 'password', outcome: 'unknown', facts };
  const mend: Mend = { page: 'user-password', params: { user: person.userId } };
  return { step: 'password', outcome: 'refuses', reason: 'no-password', facts, mend };
}

/** `weak` is known only at that moment: nobody knows a password except the person who types it. */
function stateOf({ personal, directory }: ProofFacts, must: string | undefined): string {
  if (directory && !personal?.counts) return 'directory';
  if (!personal) return 'none';
  if (personal.mustChange) return 'temporary';
  return must === 'expired' ? 'expired' : must === 'policy' ? 'weak' : 'personal';
}
