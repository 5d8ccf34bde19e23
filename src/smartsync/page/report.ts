import type { Check, ConnectionReport, ServerCertificate } from '../ldap/index.ts';
import { type Html, html } from './html.ts';
import type { View } from './layout.ts';

/** What "Test connection" found, each check in plain words, and the certificates that somebody may decide to trust. */
export function report(view: View, { isOk, checks }: ConnectionReport): Html {
  const { t } = view;
  const urls = [...new Set(checks.map(({ url }) => url))];
  return html`<section class="report" aria-labelledby="report" role="status">
<h2 id="report">${t(isOk ? 'smartsync.test.works' : 'smartsync.test.fails')}</h2>
${urls.map((url) => html`<h3>${url ?? t('smartsync.test.directory')}</h3><ul>${checks.filter((one) => one.url === url).map((one) => line(view, one))}</ul>`)}
</section>`;
}

function line(view: View, { check, isOk, isWarning, fault, detail, certificate }: Check): Html {
  const { t } = view;
  const kind = isOk ? 'ok' : isWarning ? 'warning' : 'failed';
  return html`<li class="${kind}"><p><strong>${t(`smartsync.checks.${check}`)}</strong>: ${t(`smartsync.results.${kind}`)}</p>
${fault && html`<p>${t(`smartsync.faults.${fault.replaceAll('-', '_')}`)}</p>`}
${detail && html`<p class="said">${detail}</p>`}
${certificate && !isOk && toTrust(view, certificate)}</li>`;
}

/** Which certificate it is, and a button of the form below that trusts it from then on. */
const toTrust = ({ t, locale }: View, { subject, issuer, names, validUntil, fingerprint }: ServerCertificate): Html => html`<dl>
<div><dt>${t('smartsync.certificate.subject')}</dt><dd>${subject}</dd></div>
<div><dt>${t('smartsync.certificate.names')}</dt><dd>${names.join(', ')}</dd></div>
<div><dt>${t('smartsync.certificate.issuer')}</dt><dd>${issuer}</dd></div>
<div><dt>${t('smartsync.certificate.valid_until')}</dt><dd>${new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(validUntil))}</dd></div>
<div><dt>SHA-256</dt><dd><code>${fingerprint}</code></dd></div>
</dl>
<p class="hint" id="pin-${fingerprint}">${t('smartsync.certificate.pin_hint')}</p>
<button form="directory" name="pin" value="${fingerprint}" aria-describedby="pin-${fingerprint}" class="second">${t('smartsync.certificate.pin')}</button>`;
