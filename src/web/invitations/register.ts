import { completeRegistration, requestRegistration } from '../../domain/administration/invitations/index.ts';
import { listCustomFields } from '../../domain/company/custom-fields/index.ts';
import { newAccountsSettings } from '../../domain/company/new-accounts/index.ts';
import { identifier } from '../../domain/people/users/index.ts';
import { findLink } from '../../domain/records/one-time-links/index.ts';
import { findPendingRequest, type PendingRequest } from '../../domain/sign-in/authentication/index.ts';
import { findPolicyOf } from '../../domain/sign-in/sign-in-policy/index.ts';
import { AppError, notFound } from '../../platform/errors/index.ts';
import {
  cancelPath,
  followRequest,
  limitRequests,
  namedAsInForm,
  type PageContext,
  type Refusal,
  readCustomFields,
  renderPage,
  rulesOf,
  savingCustomFields,
  signInByLink,
  submitForm,
} from '../request/index.ts';

/** The sign-in that waits in this browser until the account is registered. */
async function waiting(
  page: PageContext,
  requestId = page.form.get('request') || page.query('request'),
): Promise<PendingRequest | undefined> {
  const request = await findPendingRequest(page.scope, page.browser, requestId);
  if (request) followRequest(page, request.destination);
  return request;
}

const onward = (request: PendingRequest | undefined) => ({ request: request?.address, cancel: request && cancelPath(request) });

export async function showRegistration(page: PageContext, refusal?: Refusal): Promise<void> {
  const { selfRegistration, domains } = await page.services.findSettings(page.context.contextId, newAccountsSettings);
  if (!selfRegistration) throw notFound();
  const values = { firstName: page.form.get('firstName'), lastName: page.form.get('lastName'), email: page.form.get('email') };
  renderPage(page, 'invitations/register', { values, domains, ...onward(await waiting(page)) }, { refusal });
}

export async function submitRegistration(page: PageContext): Promise<void> {
  const text = (name: string) => page.form.get(name).trim();
  await submitForm(
    page,
    async () => {
      const request = await waiting(page);
      const input = { firstName: text('firstName'), lastName: text('lastName'), email: text('email'), locale: page.locale };
      await limitRequests(page, { kind: 'registration' }, () => requestRegistration(page.scope, { ...input, request: request?.address }));
      renderPage(page, 'invitations/requested', { email: text('email'), ...onward(request) });
    },
    (refusal) => showRegistration(page, refusal),
  );
}

/** Required fields only: the rest is for administrators. */
const askedFields = async (page: PageContext) => (await listCustomFields(page.scope)).filter(({ isRequired }) => isRequired);

export async function showDetails(page: PageContext, refusal?: Refusal): Promise<void> {
  const link = await findLink(page.scope, 'registration', page.params.token!);
  if (!link) throw new AppError('link_over', 410);
  const customFields = await askedFields(page);
  const policy = await findPolicyOf(page.scope, await rulesOf(page), { role: 'regular' });
  renderPage(
    page,
    'invitations/details',
    {
      person: undefined,
      registration: link.payload,
      rules: { ...policy.password, history: 0 },
      customFields,
      custom: readCustomFields(page, customFields),
      action: `/register/${page.params.token}`,
    },
    { refusal: namedAsInForm(refusal) },
  );
}

export async function submitDetails(page: PageContext): Promise<void> {
  const { scope, form, params } = page;
  const asked = (await findLink(scope, 'registration', params.token!))?.payload.request;
  const details = {
    newPassword: form.get('newPassword'),
    repeatPassword: form.get('repeatPassword'),
  };
  await submitForm(
    page,
    async () => {
      const rules = await rulesOf(page);
      const user = await savingCustomFields(
        page,
        () => askedFields(page),
        (customFields) => completeRegistration(scope, rules, params.token!, { ...details, customFields }),
      );
      if (await signInByLink(page, user, { waiting: asked, done: 'account_ready' })) return;
      const request = asked ? await waiting(page, asked) : undefined;
      renderPage(page, 'invitations/done', { login: identifier(user), request: request?.address });
    },
    (refusal) => showDetails(page, refusal),
    // an address that is taken by now is no field of this form
    ({ fields, code }) => fields !== undefined && code !== 'login_taken',
  );
}
