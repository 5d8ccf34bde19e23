// Lists of the console: what is ticked, and filters that act at once. Without this file a button applies them, and the form that acts on many shows from the start.
import { tellTimes } from './portaria.js';

// what is to be done to many shows once somebody is ticked, and says to how many
const bulkOf = () => document.querySelector('form[data-bulk]:not([data-bulk=""])');
const boxesOf = (bulk) => [...document.querySelectorAll(`input[type="checkbox"][name="${bulk.dataset.bulk}"]`)];
// ticks stay with the list and its filters from page to page, until something is done to those who are ticked
const placeOf = (bulk) => {
  const fields = [...new FormData(bulk)].filter(
    ([name]) => bulk.querySelector(`[name="${name}"][type=hidden]:not([data-elsewhere])`) && name !== '_csrf',
  );
  return `ticked ${bulk.dataset.person} ${bulk.getAttribute('action')}?${new URLSearchParams(fields)}`;
};
const readTicked = (bulk) => new Set(JSON.parse(sessionStorage.getItem(placeOf(bulk)) ?? '[]'));
function keepTicked(bulk, ticked) {
  if (ticked.size > 0) sessionStorage.setItem(placeOf(bulk), JSON.stringify([...ticked]));
  else sessionStorage.removeItem(placeOf(bulk));
  const here = new Set(boxesOf(bulk).map(({ value }) => value));
  for (const field of bulk.querySelectorAll('[data-elsewhere]')) field.remove();
  for (const value of ticked) {
    if (here.has(value)) continue;
    const field = Object.assign(document.createElement('input'), { type: 'hidden', name: bulk.dataset.bulk, value });
    field.dataset.elsewhere = '';
    bulk.append(field);
  }
}
const mostOf = (bulk) => Number(bulk.dataset.most);
// @returns whether it was more than can be ticked at once
function noteTicks(bulk) {
  const ticked = readTicked(bulk);
  let isFull = false;
  for (const box of boxesOf(bulk)) {
    if (!box.checked) ticked.delete(box.value);
    else if (ticked.has(box.value) || ticked.size < mostOf(bulk)) ticked.add(box.value);
    else {
      box.checked = false;
      isFull = true;
    }
  }
  keepTicked(bulk, ticked);
  return isFull;
}
function showTicked() {
  const bulk = bulkOf();
  if (!bulk) return;
  const ticked = readTicked(bulk);
  for (const box of boxesOf(bulk)) if (ticked.has(box.value)) box.checked = true;
  noteTicks(bulk);
  countTicked();
}
function countTicked(isFull = false) {
  const bulk = bulkOf();
  if (!bulk) return;
  const n = readTicked(bulk).size;
  const isAll = bulk.elements.whom.value === 'all';
  const count = bulk.querySelector('.bulk-count');
  const words = isFull ? bulk.dataset.full : isAll ? count.dataset.all : n === 1 ? count.dataset.one : count.dataset.other;
  bulk.classList.toggle('bulk-idle', n === 0);
  count.textContent = words.replace('#', new Intl.NumberFormat(document.documentElement.lang).format(n));
  for (const button of bulk.querySelectorAll('[data-selects-all]')) button.hidden = isAll;
}
function tick(isTicked, whom) {
  const bulk = bulkOf();
  for (const box of [...boxesOf(bulk), ...document.querySelectorAll('[data-ticks]')]) box.checked = isTicked;
  bulk.elements.whom.value = whom;
  countTicked(noteTicks(bulk));
}
document.addEventListener('change', ({ target }) => {
  const { ticks } = target.dataset;
  if (ticks) for (const box of document.querySelectorAll(`input[type="checkbox"][name="${ticks}"]`)) box.checked = target.checked;
  const bulk = bulkOf();
  if (!bulk) return;
  if (ticks) tick(target.checked, 'ticked');
  else if (target.name === bulk.dataset.bulk) {
    if (!target.checked) bulk.elements.whom.value = 'ticked';
    countTicked(noteTicks(bulk));
  } else if (target.name === 'whom') countTicked();
});
document.addEventListener('click', ({ target }) => {
  if (target.closest('[data-selects-all]')) tick(true, 'all');
  else if (target.closest('[data-selects-none]')) {
    keepTicked(bulkOf(), new Set());
    tick(false, 'ticked');
  }
});
// where another page asks first, they stay until that is confirmed
document.addEventListener('submit', ({ target }) => {
  if (target === bulkOf() && !('asksFirst' in target.dataset)) sessionStorage.removeItem(placeOf(target));
  if ('clearsTicks' in target.dataset)
    for (const key of Object.keys(sessionStorage)) if (key.startsWith('ticked ')) sessionStorage.removeItem(key);
});
addEventListener('pageshow', showTicked);

// filters act when they are chosen: what was found takes the place of what is shown, and the field keeps the focus
// what is empty, or as it is anyway, needs no place in the address
function fieldsOf(form) {
  const fields = new Map();
  for (const [name, value] of new FormData(form)) if (value) fields.set(name, [...(fields.get(name) ?? []), value]);
  return [...fields]
    .map(([name, values]) => [name, values.join(',')])
    .filter(([name, value]) => form.querySelector(`[name="${name}"]`)?.closest('[data-usual]')?.dataset.usual !== value);
}
for (const form of document.querySelectorAll('form[data-acts]')) {
  let turn = 0;
  let shown = location.search;
  const act = async () => {
    const mine = ++turn;
    const address = `${form.getAttribute('action') ?? location.pathname}?${new URLSearchParams(fieldsOf(form))}`;
    const answer = await fetch(address).catch(() => undefined);
    if (mine !== turn) return;
    if (!answer?.ok || answer.redirected) return form.submit();
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (mine !== turn) return;
    // what a field is told of stands in the form, which does not change here
    if (form.querySelector('.invalid') || page.querySelector('form[data-acts] .invalid')) return form.submit();
    history.pushState(null, '', address);
    shown = location.search;
    for (const part of document.querySelectorAll('[data-live]')) {
      const next = page.getElementById(part.id);
      // what is said aloud stays and has other words
      if (part.role === 'status') part.textContent = next.textContent;
      else part.replaceWith(next);
    }
    showTicked();
    tellTimes();
  };
  let waiting;
  const actSoon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(act, 300);
  };
  form.addEventListener('change', ({ target }) => target.type !== 'search' && act());
  form.addEventListener('input', ({ target }) => target.type === 'search' && actSoon());
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    act();
  });
  addEventListener('popstate', () => location.search !== shown && location.reload());
}
