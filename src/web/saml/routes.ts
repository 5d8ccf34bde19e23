import { keepOpener } from '../../platform/http/index.ts';
import type { PageContext, Route } from '../request/index.ts';
import { resolveArtifact } from './artifact.ts';
import { goOnWithLogout, receiveLogout } from './logout.ts';
import { showMetadata } from './metadata.ts';
import { goOnAfterRefusal } from './refused-logout.ts';
import type { SamlPage } from './saml-context.ts';
import type { SamlDirectory } from './saml-directory.ts';
import { goOnWithRequest, launch, receiveRequest, submitRefusal } from './sign-on.ts';

const fromPartners = { access: 'anyone', fromElsewhere: true, maxBytes: 512 * 1024 } as const;

export function samlRoutes(directory: SamlDirectory): Route[] {
  const inCompany = (handle: (page: SamlPage) => Promise<void>) => (page: PageContext) =>
    handle({ ...page, saml: directory.contextOf(page) });
  const ofRequest = (handle: (page: SamlPage) => Promise<void>) =>
    inCompany((page) => {
      keepOpener(page.ctx.res);
      return handle(page);
    });
  return [
    { method: 'GET', path: '/saml/metadata', access: 'anyone', handle: inCompany(showMetadata) },
    { method: 'GET', path: '/saml/sso', access: 'anyone', handle: ofRequest(receiveRequest) },
    { method: 'POST', path: '/saml/sso', ...fromPartners, handle: ofRequest(receiveRequest) },
    { method: 'GET', path: '/saml/request/:request', access: 'anyone', handle: ofRequest(goOnWithRequest) },
    { method: 'POST', path: '/saml/request/:request', access: 'anyone', handle: ofRequest(submitRefusal) },
    { method: 'GET', path: '/saml/launch/:application', access: 'anyone', handle: inCompany(launch) },
    { method: 'GET', path: '/saml/slo', access: 'anyone', handle: inCompany(receiveLogout) },
    { method: 'POST', path: '/saml/slo', ...fromPartners, handle: inCompany(receiveLogout) },
    { method: 'POST', path: '/saml/artifact', access: 'anyone', fromProgram: true, handle: inCompany(resolveArtifact) },
    { method: 'GET', path: '/saml/logout/:logout', access: 'anyone', handle: inCompany(goOnWithLogout) },
    { method: 'GET', path: '/saml/refused/:refusal', access: 'anyone', handle: inCompany(goOnAfterRefusal) },
  ];
}
