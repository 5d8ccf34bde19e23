import { X509Certificate } from 'node:crypto';
import { decide } from '../../../domain/applications/access/index.ts';
import { type Application, getApplication, type SamlSettings } from '../../../domain/applications/applications/index.ts';
import { describeConditions, describePerson, isNamedLater } from '../../../domain/applications/assertions/index.ts';
import { findUserByLogin, recordView } from '../../../domain/people/users/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { authnContext, newXmlId, partnerEntity, previewAssertion } from '../../../platform/saml/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { showOidcPreview } from './oidc-preview.ts';

/** What this application would be told about a person who opened it now; nothing is sent and nothing is kept. */
export async function showPreview(page: PageContext): Promise<void> {
  const application = await getApplication(page.scope, page.params.application!);
  const { saml, oidc } = application;
  if (saml) return showSamlPreview(page, { ...application, saml });
  if (oidc) return showOidcPreview(page, { ...application, oidc });
  throw notFound();
}

async function showSamlPreview(page: PageContext, application: Application & { saml: SamlSettings }): Promise<void> {
  const { scope, context, services, session } = page;
  const { saml } = application;
  const login = page.query('login').trim() || session!.person.login;
  const user = await findUserByLogin(scope, login);
  if (user) await recordView(scope, user);
  const verdict = user && decide(await services.findAccess(context.contextId, user.userId, application.applicationId));
  const description =
    user &&
    (await describePerson(scope, { applicationId: application.applicationId, saml }, user, context.saml.entityId, {
      isPreview: true,
    }));
  const now = services.clock.now();
  const xml =
    description?.outcome === 'described'
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
  renderPage(page, 'admin-console/applications/saml-preview', {
    application,
    login,
    user,
    verdict,
    description,
    xml,
    madeLater: description !== undefined && isNamedLater(saml, description),
    protection: protectionOf(saml),
  });
}

const protectionOf = (saml: SamlSettings) => ({
  signed: [saml.signAssertion && 'assertion', saml.signResponse && 'response'].filter(Boolean),
  encryptedFor: saml.encryptAssertion && saml.encryptionCertificate ? new X509Certificate(saml.encryptionCertificate).subject : undefined,
});
