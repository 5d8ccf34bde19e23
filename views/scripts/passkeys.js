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
