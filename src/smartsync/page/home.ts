import type { Form } from '../../platform/http/form.ts';
import type { Agent } from '../agent.ts';
import type { LinkState } from '../link/link.ts';
import type { Faults } from '../settings/index.ts';
import { linkFaultKey } from '../texts/index.ts';
import { software } from '../version.ts';
import { field } from './fields.ts';
import { type Html, html } from './html.ts';
import { alert, csrfField, fact, type View } from './layout.ts';

const shownLines = 50;
const settleMs = 8000;

/** The Home tab: whether the agent is connected, and to what. @param typed what was refused, and why */
export function home(view: View, agent: Agent, typed?: { server: string; faults: Faults }): Html {
  const { t, session } = view;
  const { store } = agent;
  const state = agent.link.state();
  const isPending = state.kind !== 'connected' && store.current.token !== undefined && !store.isFixed('token');
  const tokenFault = typed?.faults.token
    ? t('smartsync.rules.token')
    : state.tokenFault === 'token-refused' || state.tokenFault === 'token-expired'
      ? t(linkFaultKey(state.tokenFault))
      : undefined;
  return html`${typed && alert(t('smartsync.mend'))}
${connection(view, state)}
<dl>
${fact(t('smartsync.home.directory'), state.directory)}
${fact(t('smartsync.home.server'), store.current.server)}
${fact(t('smartsync.home.agent'), store.current.name)}
${fact(t('smartsync.home.version'), software)}
${fact(t('smartsync.home.fingerprint'), state.fingerprint && html`<code>${state.fingerprint}</code>`)}
${fact(t('smartsync.home.last_contact'), state.lastContact && timeOf(state.lastContact, view))}
${fact(t('smartsync.home.proxy'), state.proxy)}
${fact(t('smartsync.home.ldap'), directoryState(view, agent))}
</dl>
<h2>${t('smartsync.home.connect')}</h2>
<form method="post" action="/">
${csrfField(view)}
${field(t, store, {
  name: 'server',
  label: t('smartsync.home.address'),
  hint: t('smartsync.home.address_hint'),
  value: typed?.server ?? store.current.server,
  fault: typed?.faults.server && t('smartsync.rules.server'),
})}
${field(t, store, {
  name: 'token',
  label: t('smartsync.home.token'),
  hint: t(isPending ? 'smartsync.home.token_waits' : 'smartsync.home.token_hint'),
  value: session?.draft.token,
  fault: tokenFault,
})}
<button>${t('smartsync.home.submit')}</button>
</form>
<h2 id="log">${t('smartsync.home.log')}</h2>
<pre tabindex="0" role="region" aria-labelledby="log">${agent.log.lines().slice(-shownLines).toReversed().join('\n')}</pre>
<p><a href="/">${t('smartsync.home.again')}</a></p>`;
}

function connection({ t }: View, { kind, fault, detail }: LinkState): Html {
  const isGood = kind === 'connected';
  return html`<div class="state ${isGood ? 'good' : 'bad'}"><p class="what">${t(`smartsync.state.${kind}`)}</p>
${fault && html`<p>${t(linkFaultKey(fault))}</p>`}${fault && detail && html`<p class="said">${detail}</p>`}</div>`;
}

function directoryState({ t }: View, agent: Agent): string {
  if (agent.store.current.ldapUrls.length === 0) return t('smartsync.home.ldap_unset');
  const { isUp, servers } = agent.status();
  const up = servers.find((server) => server.isUp);
  if (isUp) return t('smartsync.home.ldap_up', { url: up?.url ?? '' });
  const { fault, detail } = servers.find((server) => server.fault) ?? {};
  if (fault !== 'base-not-found') return t('smartsync.home.ldap_down');
  return t('smartsync.home.ldap_base', { base: detail ?? '' });
}

const timeOf = (time: Date, { locale }: View): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(time);

/** Keeps address and token, and waits until it is known whether they work. @returns the page again where something has to be mended */
export async function connectByForm(view: View, agent: Agent, form: Form): Promise<Html | undefined> {
  const { store, link } = agent;
  const typed = { server: form.get('server').trim(), token: form.get('token').trim() };
  const draft = view.session!.draft;
  draft.token = typed.token;
  const changes = {
    ...(store.isFixed('server') ? {} : { server: typed.server || undefined }),
    ...(store.isFixed('token') || !typed.token ? {} : { token: typed.token }),
  };
  const before = store.current.server;
  const faults = store.change(changes);
  if (Object.keys(faults).length > 0) return home(view, agent, { server: typed.server, faults });
  // a connection that is good, and of which nothing was changed, is left alone
  const isNew = typed.token !== '' || store.current.server !== before;
  if (isNew || link.state().kind !== 'connected') await link.restart();
  await link.settled(settleMs);
  if (!link.state().tokenFault) draft.token = undefined;
  return undefined;
}
