import type { Route } from '../../request/index.ts';
import { showDifferences, submitDifferences } from './choose.ts';
import { showPromotions } from './history.ts';
import { showPromotion, submitAnswer } from './promotion.ts';
import { showRules, submitRules } from './rules.ts';
import { showUndo, submitUndo } from './undo.ts';

const at = '/admin/promotion';
const one = `${at}/:promotion`;
/** Everything that was ticked and typed, of a thousand objects, comes back with the form. */
const maxBytes = 8_388_608;

export const promotionRoutes: Route[] = [
  { method: 'GET', path: at, access: 'administrator', handle: showDifferences },
  { method: 'POST', path: at, access: 'administrator', handle: submitDifferences, maxBytes },
  { method: 'GET', path: `${at}/history`, access: 'administrator', handle: showPromotions },
  { method: 'GET', path: `${at}/rules`, access: 'administrator', handle: (page) => showRules(page) },
  { method: 'POST', path: `${at}/rules`, access: 'administrator', handle: submitRules },
  { method: 'GET', path: one, access: 'administrator', handle: (page) => showPromotion(page) },
  { method: 'POST', path: `${one}/agree`, access: 'administrator', handle: (page) => submitAnswer(page, true) },
  { method: 'POST', path: `${one}/decline`, access: 'administrator', handle: (page) => submitAnswer(page, false) },
  { method: 'GET', path: `${one}/undo`, access: 'administrator', handle: (page) => showUndo(page) },
  { method: 'POST', path: `${one}/undo`, access: 'administrator', handle: submitUndo },
];
