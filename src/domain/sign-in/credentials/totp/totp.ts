import { generateSecret, verifySync } from 'otplib';
import { plainCode } from '../../../../platform/i18n/index.ts';

/** What every authenticator app understands (RFC 6238): SHA-1, six digits, thirty seconds. */
const stepSeconds = 30;

export const newTotpSecret = (): string => generateSecret();

/**
 * How far the clock of the process that accepted this step was ahead, in seconds: no code that counts today is of a step after the next. 0 for one that can be of today.
 */
export function aheadSeconds(acceptedStep: number, now: Date): number {
  const next = Math.floor(now.getTime() / 1000 / stepSeconds) + 1;
  return acceptedStep > next ? (acceptedStep - next) * stepSeconds : 0;
}

/**
 * @param afterStep the last step that was accepted: neither it nor an earlier one counts again (RFC 6238 §5.2)
 * @returns the time step the code belongs to, one before and one after now included (§6), or undefined when it is wrong
 */
export function matchTotp(secret: string, code: string, now: Date, afterStep: number | undefined): number | undefined {
  const digits = plainCode(code);
  if (!/^\d{6}$/.test(digits)) return undefined;
  const epoch = Math.floor(now.getTime() / 1000);
  const result = verifySync({ secret, token: digits, epoch, epochTolerance: stepSeconds });
  if (!result.valid) return undefined;
  const step = Math.floor(epoch / stepSeconds) + result.delta;
  return afterStep !== undefined && step <= afterStep ? undefined : step;
}
