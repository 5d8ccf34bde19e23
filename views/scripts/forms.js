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
  const mark = () => {
    for (const button of previews) button.setAttribute('aria-pressed', String(button === last));
  };
  mark();
  form.addEventListener('submit', ({ submitter }) => {
    if (!previews.includes(submitter)) return;
    last = submitter;
    mark();
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

// Enter in a search field inside a form looks, instead of sending the form
for (const input of document.querySelectorAll('[data-finds]')) {
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    input.form.requestSubmit(input.form.querySelector(`[name="find"][value="${input.dataset.finds}"]`));
  });
}
