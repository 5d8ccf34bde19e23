// Lists of the console: what is ticked, and filters that act at once. Without this file a button applies them, and the form that acts on many shows from the start.
import { tellTimes } from './portaria.js';

// what is to be done to many shows once somebody is ticked, and says to how many
const bulkOf = () => document.querySelector('form[data-bulk]:not([data-bulk=""])');
const boxesOf = (bulk) => [...document.querySelectorAll(`input[type="checkbox"][name="${bulk.dataset.bulk}"]`)];
function countTicked() {
  const bulk = bulkOf();
  if (!bulk) return;
  const n = boxesOf(bulk).filter((box) => box.checked).length;
  const isAll = bulk.elements.whom.value === 'all';
  const count = bulk.querySelector('.bulk-count');
  const words = isAll ? count.dataset.all : n === 1 ? count.dataset.one : count.dataset.other;
  bulk.classList.toggle('bulk-idle', n === 0);
  count.textContent = words.replace('#', new Intl.NumberFormat(document.documentElement.lang).format(n));
  for (const button of bulk.querySelectorAll('[data-selects-all]')) button.hidden = isAll;
}
function tick(isTicked, whom) {
  const bulk = bulkOf();
  for (const box of [...boxesOf(bulk), ...document.querySelectorAll('[data-ticks]')]) box.checked = isTicked;
  bulk.elements.whom.value = whom;
  countTicked();
}
document.addEventListener('change', ({ target }) => {
  const { ticks } = target.dataset;
  if (ticks) for (const box of document.querySelectorAll(`input[type="checkbox"][name="${ticks}"]`)) box.checked = target.checked;
  const bulk = bulkOf();
  if (!bulk) return;
  if (ticks) tick(target.checked, 'ticked');
  else if (target.name === bulk.dataset.bulk) {
    if (!target.checked) bulk.elements.whom.value = 'ticked';
    countTicked();
  } else if (target.name === 'whom') countTicked();
});
document.addEventListener('click', ({ target }) => {
  if (target.closest('[data-selects-all]')) tick(true, 'all');
  else if (target.closest('[data-selects-none]')) tick(false, 'ticked');
});
addEventListener('pageshow', countTicked);

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
    const address = `${form.getAttribute('action')}?${new URLSearchParams(fieldsOf(form))}`;
    const answer = await fetch(address).catch(() => undefined);
    if (mine !== turn) return;
    if (!answer?.ok || answer.redirected) return form.submit();
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (mine !== turn) return;
    history.pushState(null, '', address);
    shown = location.search;
    for (const part of document.querySelectorAll('[data-live]')) {
      const next = page.getElementById(part.id);
      // what is said aloud stays and has other words
      if (part.role === 'status') part.textContent = next.textContent;
      else part.replaceWith(next);
    }
    countTicked();
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
