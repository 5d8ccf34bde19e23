import { type Application, adviseOn, getApplication } from '../../../domain/applications/applications/index.ts';
import { differences, digestOf, findPartnerMetadata, type PartnerMetadata } from '../../../domain/applications/partner-metadata/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';

/** The pages of one application, in the order of their tabs. */
const tabs = ['general', 'sign-in', 'data', 'people', 'activity', 'advanced'] as const;
type Tab = (typeof tabs)[number];

const pages: Record<Tab, { path: string; view: string }> = {
  general: { path: '', view: 'admin-console/applications/tab-general' },
  'sign-in': { path: '/connection', view: 'admin-console/applications/tab-sign-in' },
  data: { path: '/data', view: 'admin-console/applications/tab-data' },
  people: { path: '/assignments', view: 'admin-console/applications/tab-people' },
  activity: { path: '/activity', view: 'admin-console/applications/tab-activity' },
  advanced: { path: '/advanced', view: 'admin-console/applications/tab-advanced' },
};

export const pathOfTab = ({ applicationId }: Pick<Application, 'applicationId'>, tab: Tab = 'general'): string =>
  `/admin/applications/${applicationId}${pages[tab].path}`;

/** An application that is only a link receives no data. */
const tabsOf = ({ oidc, saml }: Application): Tab[] =>
  oidc || saml ? [...tabs] : tabs.filter((tab) => !['sign-in', 'data'].includes(tab));

export const loadShown = (page: PageContext, applicationId = page.params.application!): Promise<Application> =>
  getApplication(page.scope, applicationId);

/** What every tab has: the application, its tabs, and what waits for a decision. */
export async function renderTab(
  page: PageContext,
  tab: Tab,
  application: Application,
  locals: Record<string, unknown> = {},
  status = 200,
): Promise<void> {
  const metadata = await findPartnerMetadata(page.scope, application.applicationId, application.saml);
  renderPage(
    page,
    pages[tab].view,
    {
      application,
      tab,
      tabs: tabsOf(application).map((name) => ({ name, path: pathOfTab(application, name) })),
      metadata,
      ...presentProposal(application, metadata),
      advice: application.saml ? adviseOn(application.saml, page.services.clock.now()) : [],
      now: page.services.clock.now(),
      ...locals,
    },
    { status },
  );
}

const presentProposal = ({ saml }: Application, metadata: PartnerMetadata | undefined) => ({
  proposal: metadata?.proposed && digestOf(metadata.proposed),
  metadataDifferences: metadata?.proposed ? differences(saml!, metadata.proposed) : [],
});
