import type { SamlSettings } from '../applications/index.ts';

/** For whom and how long an assertion is good, as the application is registered. @param sessionEnds when the sign-in session here ends */
export const describeConditions = (saml: SamlSettings, now: Date, sessionEnds: Date) => ({
  audience: saml.entityId,
  furtherAudiences: saml.audiences,
  oneTimeUse: saml.oneTimeUse,
  validMinutes: saml.assertionMinutes,
  sessionNotOnOrAfter: endOfSession(saml.sessionMinutes, now, sessionEnds),
});

/** 0 leaves it to the application. */
function endOfSession(minutes: number | undefined, now: Date, sessionEnds: Date): Date | undefined {
  if (minutes === undefined) return sessionEnds;
  return minutes === 0 ? undefined : new Date(now.getTime() + minutes * 60_000);
}
