// Comfort only: of a field that two people changed the form shows the value that is ticked.
for (const choice of document.querySelectorAll('[data-lays]')) {
  const names = choice.dataset.lays.split(' ');
  const { form } = choice;
  choice.addEventListener('change', () => {
    const fields = [...form.elements].filter(({ name }) => names.includes(name));
    if (choice.value === 'theirs') for (const field of fields) showStored(field);
    else showTyped(fields, form);
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

// what was typed first comes along in hidden fields, in the order of the form
function showTyped(fields, form) {
  const typed = Map.groupBy(form.querySelectorAll('[name^="typed."]'), ({ name }) => name.slice('typed.'.length));
  const valuesOf = (name) => (typed.get(name) ?? []).map(({ value }) => value);
  const isBox = ({ type }) => type === 'checkbox' || type === 'radio';
  for (const [name, same] of Map.groupBy(fields, ({ name }) => name)) {
    const values = valuesOf(name);
    same.forEach((field, i) => {
      if (isBox(field)) field.checked = values.includes(field.value);
      else field.value = values[i] ?? '';
    });
  }
}
