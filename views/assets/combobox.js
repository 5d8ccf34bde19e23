// What completes a field while one types (combobox with a list, WAI-ARIA 1.2), for picker.js and search.js.
const waitMs = 120;

/** An element with a class and a text; both may be missing. */
export function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** The photo or initials of a person, as on every page. */
export function avatarOf({ initials, tone, photo }) {
  if (photo) return Object.assign(make('img', 'avatar avatar-small'), { src: photo, alt: '' });
  const avatar = make('span', `avatar avatar-small tone-${tone}`, initials);
  avatar.setAttribute('aria-hidden', 'true');
  return avatar;
}

/** One that can be chosen: what happens then is its `choose`. */
export function makeOption(tag, className, content, choose) {
  const option = make(tag, className);
  option.setAttribute('role', 'option');
  option.setAttribute('aria-selected', 'false');
  option.append(...content);
  option.choose = choose;
  // a press would take the focus out of the field before the click
  option.addEventListener('mousedown', (event) => event.preventDefault());
  option.addEventListener('click', choose);
  return option;
}

/**
 * @param list an empty element, with its class and its name for a screen reader
 * @param status where results are announced
 * @param address where suggestions come from, as JSON, for `?q=`
 * @param present what an answer shows: the elements of the list, some of which are options, and what is announced
 * @param takesOnly Enter takes the only option, and sends no form while there are any
 * @returns a function that closes the list
 */
export function complete(input, { list, status, address, present, takesOnly = false }) {
  list.hidden = true;
  list.setAttribute('role', 'listbox');
  status.setAttribute('role', 'status');
  input.after(list, status);
  for (const [name, value] of Object.entries({
    role: 'combobox',
    'aria-autocomplete': 'list',
    'aria-controls': list.id,
    'aria-expanded': 'false',
  }))
    input.setAttribute(name, value);
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

  function show(answer) {
    const { elements, announced } = present(answer);
    close();
    list.replaceChildren(...elements);
    for (const [i, option] of options().entries()) option.id = `${list.id}-${i}`;
    list.hidden = elements.length === 0;
    input.setAttribute('aria-expanded', String(elements.length > 0));
    status.textContent = announced;
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
      if (answer.ok && document.activeElement === input) show(await answer.json());
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
    if (event.isComposing) return;
    const isOpen = !list.hidden;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (isOpen) activate(active + (event.key === 'ArrowDown' ? 1 : -1));
      else look();
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault();
      close();
    } else if (event.key === 'Enter' && isOpen && (active >= 0 || takesOnly)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const all = options();
      (all[active] ?? (all.length === 1 ? all[0] : undefined))?.choose();
    }
  };
  input.addEventListener('keydown', onKey, { capture: true });
  input.addEventListener('blur', close);
  return close;
}
