// The console's search: Ctrl+K leads to it, and it suggests while one types. Without this file it is a form with a page of results.
import { avatarOf, complete, make, makeOption } from './combobox.js';

const form = document.querySelector('form[data-search]');
const isMac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);

if (form) {
  const input = form.querySelector('input');
  if (isMac) form.querySelector('kbd').textContent = '⌘ K';
  addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'k' || event.altKey || event.shiftKey || !(isMac ? event.metaKey : event.ctrlKey)) return;
    event.preventDefault();
    // on a narrow page the field has a page of its own
    if (input.checkVisibility()) input.select();
    else location.assign(form.action);
  });
  const list = make('div', 'search-list');
  list.id = 'search-list';
  list.setAttribute('aria-label', form.getAttribute('aria-label'));
  const close = complete(input, { list, status: make('p', 'visually-hidden'), address: form.dataset.search, present });
  addEventListener('pageshow', close);
}

function optionOf({ href, name, detail, ...person }) {
  const words = make('span', 'search-words');
  words.append(make('bdi', 'cut', name));
  if (detail) words.append(' ', make('small', 'cut text-secondary', detail));
  return makeOption('div', 'search-option', person.initials ? [avatarOf(person), words] : [words], () => location.assign(href));
}

function kindOf({ title, items, all }, i) {
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
}

function present({ kinds }) {
  const count = kinds.reduce((sum, { items }) => sum + items.length, 0);
  const { none, one, many } = form.dataset;
  return {
    elements: count === 0 ? [] : kinds.map(kindOf),
    announced: count === 0 ? none : count === 1 ? one : many.replace('{count}', count),
  };
}
