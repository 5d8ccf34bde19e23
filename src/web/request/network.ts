import { directoryRules } from '../../domain/people/directories/index.ts';
import type { NetworkChange } from '../../domain/sign-in/authentication/index.ts';
import type { Network, NetworkPasswordInput } from '../../domain/sign-in/credentials/directory-password/index.ts';
import type { AppError } from '../../platform/errors/index.ts';
import type { PageContext } from './route.ts';
import { rulesOf, type Visitor } from './sign-in-step.ts';

/** What the company decided of network passwords, and the way to its directories. */
export const networkOf = async ({ services, context }: Pick<Visitor, 'services' | 'context'>): Promise<Network> => ({
  ask: services.askDirectory,
  rules: await services.findSettings(context.contextId, directoryRules),
});

/** What a network password change needs to know about the person on this page. */
export const networkChangeAt = async (page: PageContext): Promise<NetworkChange> => ({
  network: await networkOf(page),
  lockout: (await rulesOf(page)).base.lockout,
  browser: page.browser,
});

export const readNetworkPasswords = ({ form }: Pick<PageContext, 'form'>): NetworkPasswordInput => ({
  currentPassword: form.get('currentPassword'),
  newPassword: form.get('newPassword'),
  repeatPassword: form.get('repeatPassword'),
});

/** Also that the directory does not answer, or refuses without a word, is said above the form. */
export const isOfNetworkForm = ({ code, fields }: AppError): boolean => fields !== undefined || code.startsWith('directory_');
