import type { Route } from '../request/index.ts';
import { goOnWithLogout, receiveLogout } from './logout.ts';
import { showMetadata } from './metadata.ts';
import type { SamlDirectory } from './saml-directory.ts';
import { goOnWithRequest, launch, receiveRequest, submitRefusal } from './sign-on.ts';

export const samlRoutes = (directory: SamlDirectory): Route[] => [
  { method: 'GET', path: '/saml/metadata', access: 'anyone', handle: (page) => showMetadata(page, directory) },
  { method: 'GET', path: '/saml/sso', access: 'anyone', handle: (page) => receiveRequest(page, directory) },
  {
    method: 'POST',
    path: '/saml/sso',
    access: 'anyone',
    fromElsewhere: true,
    maxBytes: 512 * 1024,
    handle: (page) => receiveRequest(page, directory),
  },
  { method: 'GET', path: '/saml/request/:request', access: 'anyone', handle: (page) => goOnWithRequest(page, directory) },
  { method: 'POST', path: '/saml/request/:request', access: 'anyone', handle: (page) => submitRefusal(page, directory) },
  { method: 'GET', path: '/saml/launch/:application', access: 'anyone', handle: (page) => launch(page, directory) },
  { method: 'GET', path: '/saml/slo', access: 'anyone', handle: (page) => receiveLogout(page, directory) },
  {
    method: 'POST',
    path: '/saml/slo',
    access: 'anyone',
    fromElsewhere: true,
    maxBytes: 512 * 1024,
    handle: (page) => receiveLogout(page, directory),
  },
  { method: 'GET', path: '/saml/logout/:logout', access: 'anyone', handle: (page) => goOnWithLogout(page, directory) },
];
