// Names are completed while one types. Without this file the field searches by its form, and lists can be pasted.
import { avatarOf, complete, make, makeOption } from './combobox.js';

for (const [n, input] of document.querySelectorAll('[data-picker]').entries()) {
  const { picker: address, into, found: foundText, foundOne, none, more, added } = input.dataset;
  const list = make('ul', 'picker-list');
  list.id = `picker-${n}`;
  list.setAttribute('aria-label', input.labels[0]?.textContent ?? input.placeholder);
  const status = make('p', 'form-hint picker-status');

  function choose(item) {
    pick(document.getElementById(into), item);
    status.textContent = added.replace('{name}', () => item.name);
    input.value = '';
    list.replaceChildren();
    close();
    input.focus();
  }

  function optionOf(item) {
    const content = [make('bdi', '', item.name)];
    if (item.initials) content.unshift(avatarOf(item));
    if (item.detail) content.push(' ', make('small', 'text-secondary', item.detail));
    return makeOption('li', '', content, () => choose(item));
  }

  function present({ items, hasMore }) {
    const count = items.length === 1 ? foundOne : foundText.replace('{count}', items.length);
    return { elements: items.map(optionOf), announced: items.length === 0 ? none : hasMore ? `${count} ${more}` : count };
  }

  const close = complete(input, { list, status, address, present, takesOnly: true });
}

/** A line of a list that could be pasted, or a box that is ticked; once. */
function pick(target, { value, name }) {
  if (target.matches('textarea')) {
    const lines = target.value.split(/\s+/).filter(Boolean);
    if (!lines.includes(value)) lines.push(value);
    target.value = lines.join('\n');
    target.rows = Math.min(Math.max(lines.length, 2), 10);
    target.dispatchEvent(new Event('input', { bubbles: true }));
    return;
  }
  let box = [...target.querySelectorAll('input[type="checkbox"]')].find((one) => one.value === value);
  if (!box) {
    const label = target.querySelector('label')?.cloneNode(true) ?? document.createElement('label');
    label.className = 'form-check';
    box = document.createElement('input');
    box.className = 'form-check-input';
    box.type = 'checkbox';
    box.name = target.dataset.name;
    box.value = value;
    const text = document.createElement('span');
    text.className = 'form-check-label';
    text.textContent = name;
    label.replaceChildren(box, ' ', text);
    target.prepend(label);
  }
  if (!box.disabled) box.checked = true;
  box.scrollIntoView({ block: 'nearest' });
}
