import { getApproval } from '../../../domain/administration/environments/index.ts';
import type { Surroundings } from '../../../domain/administration/promotion/index.ts';
import { type PageContext, usableFactors } from '../../request/index.ts';

/** Promotion is a matter of production's console. @throws AppError not_found in approval, and where there is none */
export async function surroundingsOf(page: PageContext): Promise<Surroundings> {
  await getApproval(page.scope);
  return { approvalUrl: page.pair?.url ?? '', usableFactors: usableFactors(page) };
}
