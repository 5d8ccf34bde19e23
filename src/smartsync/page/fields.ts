import type { Translate } from '../../platform/i18n/index.ts';
import { type SettingName, type SettingsStore, settings } from '../settings/index.ts';
import { type Html, html } from './html.ts';

type Field = {
  name: SettingName | 'userFilter';
  label: string;
  hint?: string;
  value?: string;
  type?: 'text' | 'password' | 'url';
  /** Lines of a text area. */
  rows?: number;
  fault?: string;
};

/** One labelled field, with its hint and what is wrong with it. What the environment sets can be read and not changed. */
export function field(t: Translate, store: SettingsStore, { name, label, hint, value = '', type = 'text', rows, fault }: Field): Html {
  const isFixed = name !== 'userFilter' && store.isFixed(name);
  const fixed = isFixed ? t('smartsync.fixed', { name: settings[name as SettingName].env }) : undefined;
  const described = [hint && `${name}-hint`, fixed && `${name}-fixed`, fault && `${name}-fault`].filter(Boolean).join(' ');
  const state = html`${isFixed && html` readonly`}${fault && html` aria-invalid="true"`}${described && html` aria-describedby="${described}"`}`;
  const more = html`id="${name}" name="${name}" autocomplete="${type === 'password' ? 'new-password' : 'off'}" spellcheck="false" autocapitalize="off"`;
  return html`<div class="field">
<label for="${name}">${label}</label>
${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}
${fixed && html`<p class="hint" id="${name}-fixed">${fixed}</p>`}
${rows ? html`<textarea ${more} rows="${rows}"${state}>${`\n${value}`}</textarea>` : html`<input ${more} type="${type}" value="${value}"${state}>`}
${fault && html`<p class="fault" id="${name}-fault">${fault}</p>`}
</div>`;
}

type Choice = { value: string; label: string; hint?: string };

export const choices = (legend: string, name: string, chosen: string, offered: Choice[]): Html =>
  html`<fieldset><legend>${legend}</legend>${offered.map(
    ({ value, label, hint }) => html`<div class="choice">
<input type="radio" id="${name}-${value}" name="${name}" value="${value}"${value === chosen && html` checked`}${hint && html` aria-describedby="${name}-${value}-hint"`}>
<label for="${name}-${value}">${label}</label>${hint && html`<p class="hint" id="${name}-${value}-hint">${hint}</p>`}</div>`,
  )}</fieldset>`;
