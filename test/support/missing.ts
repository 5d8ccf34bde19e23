import type { Context } from 'mocha';

/** Skips the tests of this hook when software is missing, and says what to install. In continuous integration, which installs it, that is a failure. */
export function needSoftware(hook: Context, ...missing: (string | undefined)[]): void {
  const advice = missing.filter((one) => one !== undefined).join('; ');
  if (!advice) return;
  if (process.env.CI) throw new Error(advice);
  console.log(`      skipped: ${advice}`);
  hook.skip();
}
