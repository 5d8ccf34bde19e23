// Buttons and fields. Comfort only: every page works without any of these scripts, which together are portaria.js (src/app/assets.ts).
document.documentElement.classList.add('has-script');

for (const button of document.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.textContent.trim());
    const before = button.textContent;
    button.textContent = button.dataset.copied;
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
