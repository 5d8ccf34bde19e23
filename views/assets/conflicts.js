// Comfort only: of a field that two people changed the form shows the value that is ticked.
for (const choice of document.querySelectorAll('[data-lays]')) {
  const names = choice.dataset.lays.split(' ');
  const { form } = choice;
  choice.addEventListener('change', () => {
    const fields = [...form.elements].filter(({ name }) => names.includes(name));
    const typed = Map.groupBy(
      names.flatMap((name) => [...form.querySelectorAll(`[name="typed.${CSS.escape(name)}"]`)]),
      ({ name }) => name.slice('typed.'.length),
    );
    // the server lays what was typed where the form says what is stored
    if (choice.value === 'mine' && fits(typed, fields)) showTyped(typed, fields);
    else for (const field of fields) showStored(field);
    for (const field of fields) for (const kind of ['input', 'change']) field.dispatchEvent(new Event(kind, { bubbles: true }));
  });
}

// as the page came
function showStored(field) {
  if (field.type === 'checkbox' || field.type === 'radio') field.checked = field.defaultChecked;
  else if (field.options)
    field.selectedIndex = Math.max(
      0,
      [...field.options].findIndex(({ defaultSelected }) => defaultSelected),
    );
  else field.value = field.defaultValue;
}

const isBox = ({ type }) => type === 'checkbox' || type === 'radio';
const byName = (fields) => Map.groupBy(fields, ({ name }) => name);

// a table may have had more rows, a list an option that is gone
function fits(typed, fields) {
  const named = byName(fields);
  return [...typed].every(([name, values]) => {
    const same = named.get(name) ?? [];
    return values.every(({ value }, i) => {
      if (same.some(isBox)) return same.some((box) => box.value === value);
      return same[i]?.options ? [...same[i].options].some((option) => option.value === value) : same[i] || value === '';
    });
  });
}

// what was typed first comes along in hidden fields, in the order of the form
function showTyped(typed, fields) {
  for (const [name, same] of byName(fields)) {
    const values = (typed.get(name) ?? []).map(({ value }) => value);
    same.forEach((field, i) => {
      if (isBox(field)) field.checked = values.includes(field.value);
      else field.value = values[i] ?? '';
    });
  }
}
