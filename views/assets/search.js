// The console's search: Ctrl+K leads to it, and it suggests while one types (combobox with a list, WAI-ARIA 1.2). Without this file it is a form with a page of results.
const waitMs = 120;
const form = document.querySelector('form[data-search]');
const input = form?.querySelector('input');
const isMac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);

if (form) {
  if (isMac) form.querySelector('kbd').textContent = '⌘ K';
  addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'k' || event.altKey || event.shiftKey || !(isMac ? event.metaKey : event.ctrlKey)) return;
    event.preventDefault();
    // on a narrow page the field has a page of its own
    if (input.checkVisibility()) input.select();
    else location.assign(form.action);
  });
  suggest();
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

function suggest() {
  const list = make('div', 'search-list');
  list.id = 'search-list';
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', form.getAttribute('aria-label'));
  const status = make('p', 'visually-hidden');
  status.setAttribute('role', 'status');
  input.after(list, status);
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', list.id);
  input.setAttribute('aria-expanded', 'false');
  const options = () => [...list.querySelectorAll('[role="option"]')];
  let active = -1;
  let timer;
  let asked;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  /** −1 is the field itself: the way down leads through it, and so does the way up. */
  function activate(next) {
    const all = options();
    active = next >= all.length ? -1 : next < -1 ? all.length - 1 : next;
    for (const [i, option] of all.entries()) option.setAttribute('aria-selected', String(i === active));
    if (active < 0) return input.removeAttribute('aria-activedescendant');
    all[active].scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', all[active].id);
  }

  function optionOf({ href, name, detail, initials, tone }) {
    const option = make('div', 'search-option');
    option.setAttribute('role', 'option');
    option.setAttribute('aria-selected', 'false');
    option.dataset.href = href;
    if (initials) {
      const avatar = make('span', `avatar avatar-small tone-${tone}`, initials);
      avatar.setAttribute('aria-hidden', 'true');
      option.append(avatar);
    }
    const words = make('span', 'search-words');
    const said = make('bdi', 'cut', name);
    words.append(said);
    if (detail) words.append(' ', make('small', 'cut text-secondary', detail));
    option.append(words);
    // a press would take the focus out of the field before the click
    option.addEventListener('mousedown', (event) => event.preventDefault());
    option.addEventListener('click', () => location.assign(href));
    return option;
  }

  function show({ kinds }) {
    list.replaceChildren(
      ...kinds.map(({ title, items, all }, i) => {
        const group = make('div', 'search-kind');
        group.setAttribute('role', 'group');
        const head = make('div', 'search-title', title);
        head.id = `search-kind-${i}`;
        head.setAttribute('role', 'presentation');
        group.setAttribute('aria-labelledby', head.id);
        group.append(head, ...items.map(optionOf));
        if (all) {
          const last = optionOf(all);
          last.classList.add('search-all');
          group.append(last);
        }
        return group;
      }),
    );
    for (const [i, option] of options().entries()) option.id = `search-option-${i}`;
    active = -1;
    const count = kinds.reduce((sum, { items }) => sum + items.length, 0);
    list.hidden = count === 0;
    input.setAttribute('aria-expanded', String(count > 0));
    input.removeAttribute('aria-activedescendant');
    const { none, one, many } = form.dataset;
    status.textContent = count === 0 ? none : count === 1 ? one : many.replace('{count}', count);
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
    const url = new URL(form.dataset.search, location.href);
    url.searchParams.set('q', text);
    try {
      const answer = await fetch(url, { signal, headers: { accept: 'application/json' }, redirect: 'error' });
      if (answer.ok && document.activeElement === input) show(await answer.json());
    } catch {
      // typed on, or signed out: Enter leads to the page of results
    }
  }

  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(look, waitMs);
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (list.hidden) look();
      else activate(active + (event.key === 'ArrowDown' ? 1 : -1));
    } else if (event.key === 'Escape' && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter' && active >= 0) {
      event.preventDefault();
      location.assign(options()[active].dataset.href);
    }
  });
  input.addEventListener('blur', close);
  addEventListener('pageshow', close);
}
