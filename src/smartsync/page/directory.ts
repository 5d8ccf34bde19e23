import type { Form } from '../../platform/http/form.ts';
import { type Agent, directorySettings } from '../agent.ts';
import type { Faults, Kept, Settings } from '../settings/index.ts';
import { choices, field } from './fields.ts';
import { type Html, html } from './html.ts';
import { alert, csrfField, type View } from './layout.ts';
import { report } from './report.ts';

const encryptions = ['ldaps', 'starttls', 'none'] as const;
type Encryption = (typeof encryptions)[number];

/** What stands in the form, as it was typed. */
type Typed = { servers: string; encryption: Encryption; bindDn: string; baseDn: string; ca: string; pins: string; userFilter: string };

const typedOf = ({ ldapUrls, startTls, bindDn, baseDn, ca, pinnedFingerprints }: Settings): Typed => ({
  servers: ldapUrls.join('\n'),
  encryption: startTls ? 'starttls' : ldapUrls.some((url) => /^ldap:/i.test(url)) ? 'none' : 'ldaps',
  bindDn,
  baseDn: baseDn ?? '',
  ca: ca ?? '',
  pins: pinnedFingerprints.join('\n'),
  userFilter: '',
});

/** The Directory tab: how the directory is reached. */
export function directory(view: View, agent: Agent, typed: Typed = typedOf(agent.store.current), faults: Faults = {}): Html {
  const { t, session } = view;
  const { store } = agent;
  const password = session?.draft.bindPassword
    ? 'smartsync.directory.password_typed'
    : store.current.bindPassword
      ? 'smartsync.directory.password_kept'
      : 'smartsync.directory.password_hint';
  const rule = (name: keyof Faults) => (faults[name] ? t(`smartsync.rules.${name.toLowerCase()}`) : undefined);
  return html`${Object.keys(faults).length > 0 && alert(t('smartsync.mend'))}
<form method="post" action="/directory" id="directory">
${csrfField(view)}
${field(t, store, { name: 'ldapUrls', label: t('smartsync.directory.servers'), hint: t('smartsync.directory.servers_hint'), value: typed.servers, rows: 3, fault: rule('ldapUrls') })}
${choices(
  t('smartsync.directory.encryption'),
  'encryption',
  typed.encryption,
  encryptions.map((value) => ({
    value,
    label: t(`smartsync.directory.${value}`),
    hint: value === 'none' ? t('smartsync.directory.none_hint') : undefined,
  })),
)}
${field(t, store, { name: 'bindDn', label: t('smartsync.directory.bind_name'), hint: t('smartsync.directory.bind_name_hint'), value: typed.bindDn, fault: rule('bindDn') })}
${field(t, store, { name: 'bindPassword', label: t('smartsync.directory.password'), hint: t(password), type: 'password', fault: rule('bindPassword') })}
${field(t, store, { name: 'baseDn', label: t('smartsync.directory.base'), hint: t('smartsync.directory.base_hint'), value: typed.baseDn, fault: rule('baseDn') })}
<details${(typed.ca || typed.pins || faults.ca || faults.pinnedFingerprints) && html` open`}><summary>${t('smartsync.directory.trust')}</summary>
${field(t, store, { name: 'ca', label: t('smartsync.directory.ca'), hint: t('smartsync.directory.ca_hint'), value: typed.ca, rows: 5, fault: rule('ca') })}
${field(t, store, { name: 'pinnedFingerprints', label: t('smartsync.directory.pins'), hint: t('smartsync.directory.pins_hint'), value: typed.pins, rows: 2, fault: rule('pinnedFingerprints') })}
</details>
${field(t, store, { name: 'userFilter', label: t('smartsync.directory.filter'), hint: t('smartsync.directory.filter_hint'), value: typed.userFilter })}
<p class="buttons"><button name="action" value="test" class="second">${t('smartsync.directory.test')}</button>
<button name="action" value="save">${t('smartsync.directory.save')}</button></p>
</form>`;
}

/** An address as it is meant: a bare name gets what the chosen encryption says. */
const addressOf = (entry: string, encryption: Encryption): string =>
  entry.includes('://') ? entry : `${encryption === 'ldaps' ? 'ldaps' : 'ldap'}://${entry}`;

function read(form: Form): Typed {
  const encryption = encryptions.find((one) => one === form.get('encryption')) ?? 'ldaps';
  const pin = form.get('pin');
  const servers = form
    .get('ldapUrls')
    .split(/[\s,]+/)
    .filter(Boolean);
  return {
    servers: servers.map((entry) => addressOf(entry, encryption)).join('\n'),
    encryption,
    bindDn: form.get('bindDn').trim(),
    baseDn: form.get('baseDn').trim(),
    ca: form.get('ca').replaceAll('\r', '').trim(),
    pins: [...new Set([...form.lines('pinnedFingerprints'), ...(pin ? [pin] : [])])].join('\n'),
    userFilter: form.get('userFilter').trim(),
  };
}

/** Tests what is typed, or keeps it. @returns the page again; undefined when it was kept */
export async function changeByForm(view: View, agent: Agent, form: Form): Promise<Html | undefined> {
  const { t } = view;
  const { store } = agent;
  const draft = view.session!.draft;
  const typed = read(form);
  draft.bindPassword = form.get('bindPassword') || draft.bindPassword;
  const all: Kept = {
    ldapUrls: typed.servers.split('\n').filter(Boolean),
    startTls: typed.encryption === 'starttls',
    bindDn: typed.bindDn,
    baseDn: typed.baseDn || undefined,
    ca: typed.ca || undefined,
    pinnedFingerprints: typed.pins.split('\n').filter(Boolean),
    ...(draft.bindPassword ? { bindPassword: draft.bindPassword } : {}),
  };
  const changes = Object.fromEntries(Object.entries(all).filter(([name]) => !store.isFixed(name as keyof Faults)));
  const { settings, faults } = store.preview(changes);
  if (settings.ldapUrls?.length === 0) faults.ldapUrls = 'none';
  if (typed.encryption === 'ldaps' && settings.ldapUrls?.some((url) => /^ldap:/i.test(url)) && !store.isFixed('ldapUrls'))
    return html`${alert(t('smartsync.rules.encryption'))}${directory(view, agent, typed)}`;
  if (Object.keys(faults).length > 0) return directory(view, agent, typed, faults);
  if (form.get('action') !== 'save') {
    const found = await agent.test(directorySettings(settings)!, typed.userFilter || undefined);
    return html`${report(view, found)}${directory(view, agent, typed)}`;
  }
  store.change(changes);
  draft.bindPassword = undefined;
  await agent.reopen();
  return undefined;
}
