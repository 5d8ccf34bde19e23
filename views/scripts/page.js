// what goes on elsewhere is followed until it is over
async function follow() {
  for (let shown = document.querySelector('[data-follow]'); shown; shown = document.querySelector('[data-follow]')) {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const answer = await fetch(location.href).catch(() => undefined);
    if (!answer?.ok) continue;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = page.getElementById(shown.id);
    if (!next?.hasAttribute('data-follow')) return location.reload();
    shown.replaceWith(next);
  }
}
follow();

/** Of times that were put into the page, too. */
export function tellTimes() {
  const { lang } = document.documentElement;
  const long = new Intl.DateTimeFormat(lang, { dateStyle: 'full', timeStyle: 'long' });
  const short = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' });
  const exact = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'medium' });
  const day = new Intl.DateTimeFormat(lang, { dateStyle: 'medium' });
  for (const time of document.querySelectorAll('time[datetime]')) {
    const date = new Date(time.dateTime);
    time.title = long.format(date);
    time.textContent = ('day' in time.dataset ? day : 'seconds' in time.dataset ? exact : short).format(date);
  }
}
tellTimes();

// what can be taken back for a while is offered so long
for (const form of document.querySelectorAll('[data-ends]')) setTimeout(() => form.remove(), form.dataset.ends * 1000);

// what was done is told once: not again when the page is reloaded
const here = new URL(location.href);
if (here.searchParams.has('done')) {
  here.searchParams.delete('done');
  here.searchParams.delete('undo');
  history.replaceState(null, '', here);
}

const address = document.querySelector('meta[name="address"]');
if (address) history.replaceState(null, '', address.content);

// a protocol's message goes on without a click
document.querySelector('form[data-sends-itself]')?.requestSubmit();
