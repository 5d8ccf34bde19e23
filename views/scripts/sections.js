// filters as one types what the form would find by Enter
for (const input of document.querySelectorAll('[data-filters]')) {
  const items = [...document.querySelectorAll(input.dataset.filters)];
  const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  input.addEventListener('input', () => {
    for (const item of items) item.hidden = !fold(item.textContent).includes(fold(input.value));
  });
}

// sections of a long form become tabs; one with something to mend comes first
for (const form of document.querySelectorAll('form[data-tabs]')) {
  const sections = [...form.querySelectorAll('[data-tab]')];
  const list = document.createElement('div');
  list.className = 'tabs';
  list.setAttribute('role', 'tablist');
  const tabs = sections.map((section, i) => {
    section.id ||= `section-${i}`;
    section.setAttribute('role', 'tabpanel');
    const tab = document.createElement('button');
    tab.type = 'button';
    tab.id = `tab-${i}`;
    tab.textContent = section.dataset.tab;
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', section.id);
    section.setAttribute('aria-labelledby', tab.id);
    list.append(tab);
    return tab;
  });
  const open = (chosen) => {
    for (const [i, tab] of tabs.entries()) {
      tab.setAttribute('aria-selected', String(i === chosen));
      tab.tabIndex = i === chosen ? 0 : -1;
      sections[i].hidden = i !== chosen;
    }
  };
  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener('click', () => open(i));
    tab.addEventListener('keydown', ({ key }) => {
      const next = { ArrowRight: i + 1, ArrowLeft: i - 1 }[key];
      if (next === undefined || !tabs[next]) return;
      open(next);
      tabs[next].focus();
    });
  }
  sections[0].before(list);
  const faulty = sections.findIndex((section) => section.querySelector('[aria-invalid="true"]'));
  open(
    faulty >= 0
      ? faulty
      : Math.max(
          sections.findIndex((section) => 'open' in section.dataset),
          0,
        ),
  );
}

// of two ways only the fields of the chosen one show
for (const control of document.querySelectorAll('[data-switches]')) {
  const follow = () => {
    const chosen = control.checked ? control.dataset.switches : control.dataset.otherwise;
    for (const part of document.querySelectorAll('[data-switch]')) {
      part.hidden = part.dataset.switch !== chosen;
      // what cannot be seen is not chosen
      if (part.hidden) for (const box of part.querySelectorAll('[type="checkbox"]')) box.checked = false;
      const gone = part.hidden && part.querySelector('[type="radio"]:checked');
      if (gone) [...control.form.elements[gone.name]].find((other) => !part.contains(other)).checked = true;
    }
  };
  control.addEventListener('change', follow);
  follow();
}

// one menu open at a time
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll('details.row-menu[open]')) if (menu !== except) menu.open = false;
};
document.addEventListener('click', (event) => closeMenus(event.target.closest('details.row-menu')));
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const menu = event.target.closest?.('details.row-menu[open]');
  closeMenus();
  menu?.querySelector('summary').focus();
});
