// Names are completed while one types (combobox with a list, WAI-ARIA 1.2). Without this file the field searches by its form, and lists can be pasted.
const waitMs = 120;
let lists = 0;

for (const input of document.querySelectorAll('[data-picker]')) {
  const { picker: address, into, found: foundText, foundOne, none, more, added } = input.dataset;
  const list = document.createElement('ul');
  list.id = `picker-${lists++}`;
  list.className = 'picker-list';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', input.labels[0]?.textContent ?? input.placeholder);
  const status = document.createElement('p');
  status.className = 'form-hint picker-status';
  status.setAttribute('role', 'status');
  input.after(list, status);
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', list.id);
  input.setAttribute('aria-expanded', 'false');
  let active = -1;
  let items = [];
  let timer;
  let asked;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function activate(next) {
    const options = [...list.children];
    if (options.length === 0) return;
    active = (next + options.length) % options.length;
    for (const [i, option] of options.entries()) option.setAttribute('aria-selected', String(i === active));
    options[active].scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', options[active].id);
  }

  function choose(item) {
    pick(document.getElementById(into), item);
    status.textContent = added.replace('{name}', () => item.name);
    input.value = '';
    items = [];
    close();
    input.focus();
  }

  function show({ items: found, hasMore }) {
    items = found;
    list.replaceChildren(
      ...found.map((item, i) => {
        const option = document.createElement('li');
        option.id = `${list.id}-${i}`;
        option.setAttribute('role', 'option');
        option.setAttribute('aria-selected', 'false');
        if (item.initials) {
          const avatar = document.createElement('span');
          avatar.className = `avatar avatar-small tone-${item.tone}`;
          avatar.setAttribute('aria-hidden', 'true');
          avatar.textContent = item.initials;
          option.append(avatar);
        }
        const name = document.createElement('bdi');
        name.textContent = item.name;
        option.append(name);
        if (item.detail) {
          const detail = document.createElement('small');
          detail.className = 'text-secondary';
          detail.textContent = item.detail;
          option.append(' ', detail);
        }
        // a press would take the focus out of the field before the click
        option.addEventListener('mousedown', (event) => event.preventDefault());
        option.addEventListener('click', () => choose(item));
        return option;
      }),
    );
    active = -1;
    list.hidden = found.length === 0;
    input.setAttribute('aria-expanded', String(found.length > 0));
    input.removeAttribute('aria-activedescendant');
    const count = found.length === 1 ? foundOne : foundText.replace('{count}', found.length);
    status.textContent = found.length === 0 ? none : hasMore ? `${count} ${more}` : count;
  }

  async function look() {
    asked?.abort();
    const text = input.value.trim();
    if (text === '') {
      status.textContent = '';
      return close();
    }
    asked = new AbortController();
    const { signal } = asked;
    const url = new URL(address, location.href);
    url.searchParams.set('q', text);
    try {
      const answer = await fetch(url, { signal, headers: { accept: 'application/json' }, redirect: 'error' });
      if (answer.ok) show(await answer.json());
    } catch {
      // typed on, or signed out: the form searches, too
    }
  }

  input.addEventListener('input', (event) => {
    event.stopPropagation(); // a search is no change that could get lost
    clearTimeout(timer);
    timer = setTimeout(look, waitMs);
  });
  // before whatever else Enter does in this field
  const onKey = (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      activate(active + (event.key === 'ArrowDown' ? 1 : active < 0 ? 0 : -1));
    } else if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter' && !list.hidden) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (active >= 0 || items.length === 1) choose(items[Math.max(active, 0)]);
    }
  };
  input.addEventListener('keydown', onKey, { capture: true });
  input.addEventListener('blur', close);
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
