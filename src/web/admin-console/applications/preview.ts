import { X509Certificate } from 'node:crypto';
import { decide } from '../../../domain/applications/access/index.ts';
import { type Application, getApplication, type SamlSettings } from '../../../domain/applications/applications/index.ts';
import { describeConditions, describePerson, isNamedLater } from '../../../domain/applications/assertions/index.ts';
import { findUserByLogin, recordView, type User } from '../../../domain/people/users/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { authnContext, newXmlId, partnerEntity, previewAssertion } from '../../../platform/saml/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { previewDocuments, scopesToAsk, showOidcPreview } from './oidc-preview.ts';

/** What this application would be told about a person who opened it now; nothing is sent and nothing is kept. */
export async function showPreview(page: PageContext): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  const { saml, oidc } = application;
  if (saml) return showSamlPreview(page, { ...application, saml });
  if (oidc) return showOidcPreview(page, { ...application, oidc });
  throw notFound();
}

/** What it would be told of somebody who is known, by its protocol: documents of tokens, or an assertion. */
export async function describeRelease(page: PageContext, application: Application, user: User) {
  const { saml, oidc } = application;
  if (saml) return { saml: await describeSaml(page, { ...application, saml }, user) };
  const client = { ...application, oidc: oidc! };
  return { oidc: await previewDocuments(page, client, user, await scopesToAsk(page, client)) };
}

type Partner = Application & { saml: SamlSettings };

async function showSamlPreview(page: PageContext, application: Partner): Promise<void> {
  const { scope, context, services, session } = page;
  const login = page.query('login').trim() || session!.person.login;
  const user = await findUserByLogin(scope, login);
  if (user) await recordView(scope, user);
  renderPage(page, 'admin-console/applications/saml-preview', {
    application,
    login,
    user,
    verdict: user && decide(await services.findAccess(context.contextId, user.userId, application.applicationId)),
    released: user && (await describeSaml(page, application, user)),
  });
}

/** Made as for a sign-in, but for what is of one alone. */
async function describeSaml({ scope, context, services }: PageContext, { applicationId, saml }: Partner, user: User) {
  const description = await describePerson(scope, { applicationId, saml }, user, context.saml.entityId, { isPreview: true });
  const now = services.clock.now();
  const xml =
    description.outcome === 'described'
      ? previewAssertion({
          issuer: context.saml.entityId,
          ...describeConditions(saml, now, new Date(now.getTime() + 12 * 3600 * 1000)),
          recipient: partnerEntity(saml).defaultConsumer.url,
          nameId: description.nameId,
          attributes: description.attributes,
          authenticatedAt: now,
          authnContextClass: authnContext.passwordProtectedTransport,
          sessionIndex: newXmlId(),
          now,
        })
      : undefined;
  return { description, xml, madeLater: isNamedLater(saml, description), protection: protectionOf(saml) };
}

const protectionOf = (saml: SamlSettings) => ({
  signed: [saml.signAssertion && 'assertion', saml.signResponse && 'response'].filter(Boolean),
  encryptedFor: saml.encryptAssertion && saml.encryptionCertificate ? new X509Certificate(saml.encryptionCertificate).subject : undefined,
});
