// Comfort only: every page works without this file.
document.documentElement.classList.add('has-script');

for (const button of document.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.textContent.trim());
    const before = button.textContent;
    button.textContent = button.dataset.done;
    setTimeout(() => {
      button.textContent = before;
    }, 2000);
  });
}

for (const button of document.querySelectorAll('[data-shows]')) {
  const input = document.getElementById(button.dataset.shows);
  button.addEventListener('click', () => {
    const shown = input.type === 'text';
    input.type = shown ? 'password' : 'text';
    button.setAttribute('aria-pressed', String(!shown));
    input.focus();
  });
  input.addEventListener('keyup', (event) => {
    const hint = document.getElementById(`${input.id}-caps`);
    if (hint && event.getModifierState) hint.hidden = !event.getModifierState('CapsLock');
  });
}

for (const button of document.querySelectorAll('[data-prints]')) button.addEventListener('click', () => print());

// to the content without an address of its own: with it, a form that is shown again would begin there, and not at what is to mend
document.querySelector('.skip')?.addEventListener('click', (event) => {
  const main = document.getElementById('main');
  event.preventDefault();
  main.tabIndex = -1;
  main.focus();
});

// what is to mend comes first
// the field, or the sentence where what is wrong is not one field alone
const fault =
  document.querySelector('main .conflict') ?? document.querySelector('[aria-invalid="true"]') ?? document.querySelector('main .invalid');
if (fault?.matches('.invalid, .conflict')) fault.tabIndex = -1;
fault?.focus();
// who saved goes on from what was done, and hears it; not from the top of the page
if (!fault) document.querySelector('[data-done]')?.focus({ preventScroll: true });

// a colour is picked or typed: one field follows the other
for (const picker of document.querySelectorAll('[data-mirrors]')) {
  const field = document.getElementById(picker.dataset.mirrors);
  picker.addEventListener('input', () => {
    field.value = picker.value;
  });
  field.addEventListener('input', () => {
    if (/^#[0-9a-f]{6}$/i.test(field.value)) picker.value = field.value;
  });
}

// passkeys: the browser's answer goes into the form, and the form goes as any other
const passkeys = globalThis.PublicKeyCredential;
async function answerPasskey(form, mediation, signal) {
  const options = JSON.parse(form.dataset.options);
  const credential =
    form.dataset.passkey === 'create'
      ? await navigator.credentials.create({ publicKey: passkeys.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: passkeys.parseRequestOptionsFromJSON(options), mediation, signal });
  form.elements.passkey.value = JSON.stringify(credential.toJSON());
  form.requestSubmit();
}
for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!passkeys?.parseRequestOptionsFromJSON) {
    form.hidden = true;
    continue;
  }
  const waiting = new AbortController();
  form.addEventListener('submit', (event) => {
    if (form.elements.passkey.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting.abort();
    answerPasskey(form).catch(() => {}); // the person closed the browser's dialog: the button is there still
  });
  // offered where the name is typed, beside remembered names
  if (form.dataset.passkey === 'sign-in')
    Promise.resolve(passkeys.isConditionalMediationAvailable?.())
      .then((isAvailable) => isAvailable && answerPasskey(form, 'conditional', waiting.signal))
      .catch(() => {});
}

// light or dark at once: what is typed stays
for (const form of document.querySelectorAll('form[data-themes]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    const chosen = event.submitter;
    const body = new URLSearchParams(new FormData(form, chosen));
    fetch(form.action, { method: 'POST', body, redirect: 'manual' });
    if (chosen.value === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen.value;
    for (const button of document.querySelectorAll('[name="theme"]'))
      button.setAttribute('aria-pressed', String(button.value === chosen.value));
  });
}

// what is typed shows in the preview that was chosen last; a new frame each time, so that the way back does not lead through previews
const previews = [...document.querySelectorAll('[data-previews]')];
if (previews.length > 0) {
  const { form } = previews[0];
  let last = previews[0];
  form.addEventListener('submit', ({ submitter }) => {
    if (!previews.includes(submitter)) return;
    last = submitter;
    for (const button of previews) button.setAttribute('aria-pressed', String(button === last));
    const frame = document.querySelector('iframe[name="preview"]');
    const fresh = frame.cloneNode();
    fresh.removeAttribute('src');
    frame.replaceWith(fresh);
  });
  for (const field of form.elements) field.addEventListener('change', () => form.requestSubmit(last));
}

// a second click does nothing twice; a slow answer shows on the button
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || event.defaultPrevented) return;
  if ('again' in form.dataset || event.submitter?.formTarget) return; // its answer is a file, or goes into a frame: the page stays
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = 'yes';
  const button = event.submitter;
  setTimeout(() => button?.setAttribute('aria-busy', 'true'), 300);
});
// the page stays while a file comes: it says so, and no longer what was wrong before; what is wrong now is a page of its own
for (const form of document.querySelectorAll('form[data-again]')) {
  const status = document.createElement('div');
  status.setAttribute('role', 'status');
  form.prepend(status);
  form.addEventListener('submit', () => {
    for (const field of form.querySelectorAll('[aria-invalid]')) field.setAttribute('aria-invalid', 'false');
    for (const told of document.querySelectorAll('main .invalid, main .alert-fault')) told.remove();
    setTimeout(() => {
      status.className = 'alert-plain alert-done';
      status.textContent = form.dataset.again;
    }, 300);
  });
}
addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    for (const busy of form.querySelectorAll('[aria-busy]')) busy.removeAttribute('aria-busy');
  }
});

// leaving an edited form asks
for (const form of document.querySelectorAll('form[data-guard]')) {
  let changed = false;
  form.addEventListener('input', () => {
    changed = true;
  });
  form.addEventListener('submit', ({ submitter }) => {
    if (!submitter?.formTarget) changed = false;
  });
  addEventListener('beforeunload', (event) => {
    if (changed) event.preventDefault();
  });
}

// filters as one types what the form would find by Enter
for (const input of document.querySelectorAll('[data-filters]')) {
  const items = [...document.querySelectorAll(input.dataset.filters)];
  const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  input.addEventListener('input', () => {
    for (const item of items) item.hidden = !fold(item.textContent).includes(fold(input.value));
  });
}

// Enter in a search field inside a form looks, instead of sending the form
for (const input of document.querySelectorAll('[data-finds]')) {
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    input.form.requestSubmit(input.form.querySelector(`[name="find"][value="${input.dataset.finds}"]`));
  });
}

// sections of a long form become tabs; one with something to mend comes first
for (const form of document.querySelectorAll('form[data-tabs]')) {
  const sections = [...form.querySelectorAll('[data-tab]')];
  const list = document.createElement('div');
  list.className = 'tabs';
  list.setAttribute('role', 'tablist');
  const tabs = sections.map((section, i) => {
    section.id ||= `section-${i}`;
    section.setAttribute('role', 'tabpanel');
    const tab = document.createElement('button');
    tab.type = 'button';
    tab.id = `tab-${i}`;
    tab.textContent = section.dataset.tab;
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', section.id);
    section.setAttribute('aria-labelledby', tab.id);
    list.append(tab);
    return tab;
  });
  const open = (chosen) => {
    for (const [i, tab] of tabs.entries()) {
      tab.setAttribute('aria-selected', String(i === chosen));
      tab.tabIndex = i === chosen ? 0 : -1;
      sections[i].hidden = i !== chosen;
    }
  };
  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener('click', () => open(i));
    tab.addEventListener('keydown', ({ key }) => {
      const next = { ArrowRight: i + 1, ArrowLeft: i - 1 }[key];
      if (next === undefined || !tabs[next]) return;
      open(next);
      tabs[next].focus();
    });
  }
  sections[0].before(list);
  const faulty = sections.findIndex((section) => section.querySelector('[aria-invalid="true"]'));
  open(
    faulty >= 0
      ? faulty
      : Math.max(
          sections.findIndex((section) => 'open' in section.dataset),
          0,
        ),
  );
}

// of two ways only the fields of the chosen one show
for (const control of document.querySelectorAll('[data-switches]')) {
  const follow = () => {
    const chosen = control.checked ? control.dataset.switches : control.dataset.otherwise;
    for (const part of document.querySelectorAll('[data-switch]')) {
      part.hidden = part.dataset.switch !== chosen;
      // what cannot be seen is not chosen
      if (part.hidden) for (const box of part.querySelectorAll('[type="checkbox"]')) box.checked = false;
      const gone = part.hidden && part.querySelector('[type="radio"]:checked');
      if (gone) [...control.form.elements[gone.name]].find((other) => !part.contains(other)).checked = true;
    }
  };
  control.addEventListener('change', follow);
  follow();
}

// one menu open at a time
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll('details.row-menu[open]')) if (menu !== except) menu.open = false;
};
document.addEventListener('click', (event) => closeMenus(event.target.closest('details.row-menu')));
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const menu = event.target.closest?.('details.row-menu[open]');
  closeMenus();
  menu?.querySelector('summary').focus();
});

// what goes on elsewhere is followed until it is over
async function follow() {
  for (let shown = document.querySelector('[data-follow]'); shown; shown = document.querySelector('[data-follow]')) {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const answer = await fetch(location.href).catch(() => undefined);
    if (!answer?.ok) continue;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = page.getElementById(shown.id);
    if (!next?.hasAttribute('data-follow')) return location.reload();
    shown.replaceWith(next);
  }
}
follow();

/** Of times that were put into the page, too. */
export function tellTimes() {
  const { lang } = document.documentElement;
  const long = new Intl.DateTimeFormat(lang, { dateStyle: 'full', timeStyle: 'long' });
  const short = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' });
  const exact = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'medium' });
  const day = new Intl.DateTimeFormat(lang, { dateStyle: 'medium' });
  for (const time of document.querySelectorAll('time[datetime]')) {
    const date = new Date(time.dateTime);
    time.title = long.format(date);
    time.textContent = ('day' in time.dataset ? day : 'seconds' in time.dataset ? exact : short).format(date);
  }
}
tellTimes();

// what can be taken back for a while is offered so long
for (const form of document.querySelectorAll('[data-ends]')) setTimeout(() => form.remove(), form.dataset.ends * 1000);

// what was done is told once: not again when the page is reloaded
const here = new URL(location.href);
if (here.searchParams.has('done')) {
  here.searchParams.delete('done');
  here.searchParams.delete('undo');
  history.replaceState(null, '', here);
}

const address = document.querySelector('meta[name="address"]');
if (address) history.replaceState(null, '', address.content);

// a protocol's message goes on without a click
document.querySelector('form[data-sends-itself]')?.requestSubmit();
