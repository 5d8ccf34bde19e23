export type Outcome = 'PASS' | 'WARN' | 'FAIL' | 'SKIPPED';

/** What a check says while it runs: `fail` goes on, so that one run tells all faults. */
export class Notes {
  readonly faults: string[] = [];
  readonly warnings: string[] = [];

  /** A MUST of the specification, named in the sentence. */
  must(holds: boolean, sentence: string, found?: unknown): boolean {
    return this.#say(this.faults, holds, sentence, found);
  }

  /** What is recommended, or what judges only report. */
  should(holds: boolean, sentence: string, found?: unknown): boolean {
    return this.#say(this.warnings, holds, sentence, found);
  }

  #say(said: string[], holds: boolean, sentence: string, found: unknown): boolean {
    const line = found === undefined ? sentence : `${sentence}; found ${shorten(found)}`;
    if (!holds && !said.includes(line)) said.push(line);
    return holds;
  }
}

const shorten = (found: unknown): string => (typeof found === 'string' ? found : (JSON.stringify(found) ?? String(found))).slice(0, 300);

/** Thrown where a check cannot be run with what the provider offers or with what the run was given. */
export class Skip extends Error {}

export function skipUnless(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new Skip(reason);
}

/** `source`: the section that asks for it. */
export type Check<World> = { name: string; source: string; run(world: World, notes: Notes): Promise<void> };
export type Plan<World> = { name: string; checks: Check<World>[] };
export type Result = { plan: string; name: string; source: string; outcome: Outcome; details: string[] };

async function runCheck<World>(plan: string, { name, source, run }: Check<World>, world: World): Promise<Result> {
  const notes = new Notes();
  const result = { plan, name, source };
  try {
    await run(world, notes);
  } catch (error) {
    if (error instanceof Skip) return { ...result, outcome: 'SKIPPED', details: [error.message] };
    notes.faults.push(error instanceof Error ? error.message : String(error));
  }
  const outcome = notes.faults.length > 0 ? 'FAIL' : notes.warnings.length > 0 ? 'WARN' : 'PASS';
  return { ...result, outcome, details: [...notes.faults, ...notes.warnings] };
}

/** One check after another, as a person would sign in one time after another. */
export async function runPlan<World>({ name, checks }: Plan<World>, world: World): Promise<Result[]> {
  const results: Result[] = [];
  for (const check of checks) results.push(await runCheck(name, check, world));
  return results;
}

const outcomes: Outcome[] = ['PASS', 'WARN', 'FAIL', 'SKIPPED'];

const planNames = (results: Result[]): string[] => [...new Set(results.map(({ plan }) => plan))];

/** What was skipped is not counted among what was run. */
function countsOf(results: Result[], plan: string): string {
  const own = results.filter((one) => one.plan === plan);
  const count = (outcome: Outcome) => own.filter((one) => one.outcome === outcome).length;
  return `${own.length - count('SKIPPED')} run: ${outcomes.map((outcome) => `${count(outcome)} ${outcome}`).join(', ')}`;
}

export const describeCounts = (results: Result[]): string =>
  planNames(results)
    .map((plan) => `      ${plan}: ${countsOf(results, plan)}`)
    .join('\n');

/** A line for each check, what was found under it, and the counts of each plan. */
export function describeResults(results: Result[]): string {
  const lines: string[] = [];
  for (const plan of planNames(results)) {
    lines.push('', plan);
    for (const { name, source, outcome, details } of results.filter((one) => one.plan === plan))
      lines.push(`  ${outcome.padEnd(7)} ${name} (${source})`, ...details.map((detail) => `          ${detail}`));
    lines.push(`  ${countsOf(results, plan)}`);
  }
  return lines.join('\n');
}
