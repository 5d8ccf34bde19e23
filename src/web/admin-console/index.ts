// Owns: the administrator's pages: applications and catalogue, APIs, people, their custom fields, groups, directories, sign-in policy, explanations, audit report, keys and certificates.
// Does not: rules: each handler parses, calls one use case and shows or redirects.
import type { Route } from '../request/index.ts';
import { accessMapRoutes } from './access-map/index.ts';
import { apiRoutes } from './apis/index.ts';
import { applicationRoutes } from './applications/index.ts';
import { auditRoutes } from './audit/index.ts';
import { brandingConsoleRoutes } from './branding.ts';
import { certificateRoutes } from './certificates.ts';
import { withConflicts } from './conflicts/index.ts';
import { consentRoutes } from './consent.ts';
import { customFieldRoutes } from './custom-fields.ts';
import { directoryRoutes } from './directories/index.ts';
import { environmentRoutes } from './environments.ts';
import { explainRoutes } from './explain/index.ts';
import { groupRoutes } from './groups/index.ts';
import { guideRoutes, withHelp } from './guides/index.ts';
import { homeRoutes } from './home.ts';
import { keyRoutes } from './keys.ts';
import { messageRoutes } from './messages.ts';
import { newAccountRoutes } from './new-accounts.ts';
import { operationRoutes } from './operations.ts';
import { pickerRoutes } from './pickers.ts';
import { policyRoutes } from './policy/index.ts';
import { profileRoutes } from './profiles.ts';
import { promotionRoutes } from './promotion/index.ts';
import { riskRoutes } from './risks.ts';
import { searchRoutes } from './search/index.ts';
import { settingsRoutes } from './settings.ts';
import { simulationRoutes } from './simulations/index.ts';
import { undoRoutes } from './undo.ts';
import { userRoutes } from './users/index.ts';

export const adminConsoleRoutes: Route[] = withHelp(
  withConflicts([
    ...homeRoutes,
    ...searchRoutes,
    ...undoRoutes,
    ...riskRoutes,
    ...accessMapRoutes,
    ...simulationRoutes,
    ...pickerRoutes,
    ...applicationRoutes,
    ...apiRoutes,
    ...profileRoutes,
    ...userRoutes,
    ...groupRoutes,
    ...directoryRoutes,
    ...customFieldRoutes,
    ...policyRoutes,
    ...explainRoutes,
    ...newAccountRoutes,
    ...consentRoutes,
    ...brandingConsoleRoutes,
    ...messageRoutes,
    ...auditRoutes,
    ...keyRoutes,
    ...certificateRoutes,
    ...environmentRoutes,
    ...promotionRoutes,
    ...settingsRoutes,
    ...operationRoutes,
    ...guideRoutes,
  ]),
);
