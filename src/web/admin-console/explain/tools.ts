import type { ExplainTools } from '../../../domain/administration/explanations/index.ts';
import type { PageContext } from '../../request/index.ts';

/** How the company at this page explains. */
export const explainToolsOf = ({ services, context }: PageContext): ExplainTools => ({
  findAccess: services.findAccess,
  company: { name: context.name, environment: context.environment },
  origin: context.origin,
  entityId: context.saml.entityId,
});
