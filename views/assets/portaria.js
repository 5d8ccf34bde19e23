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

// what is to mend comes first
document.querySelector('[aria-invalid="true"]')?.focus();

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

// a second click does nothing twice; a slow answer shows on the button
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener('submit', (event) => {
    if ('again' in form.dataset) return; // its answer is a file: the page stays
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = 'yes';
    const button = event.submitter;
    setTimeout(() => button?.setAttribute('aria-busy', 'true'), 300);
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
  form.addEventListener('submit', () => {
    changed = false;
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

for (const time of document.querySelectorAll('time[datetime]')) {
  const date = new Date(time.dateTime);
  time.title = time.textContent;
  time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

const address = document.querySelector('meta[name="address"]');
if (address) history.replaceState(null, '', address.content);

// a protocol's message goes on without a click
document.querySelector('form[data-sends-itself]')?.requestSubmit();
