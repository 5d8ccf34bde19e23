import type { Answer, Place } from '../../src/domain/sign-in/credentials/factors/index.ts';
import type { TestServer } from './server.ts';

/** The fields of a form, as a factor reads them. */
export const answerOf = (fields: Record<string, string>): Answer => ({ get: (field) => fields[field] ?? '' });

export const placeAt = (server: TestServer): Place => ({
  origin: new URL(server.baseUrl).origin,
  company: 'Acme S.A.',
  browser: 'b'.repeat(43),
  artifacts: server.app.services.artifacts,
});
