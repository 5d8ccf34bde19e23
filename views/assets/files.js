// Comfort only: a chosen file shows its name, a picture shows before it is sent, and a photo is reduced to what is kept of it.
for (const input of document.querySelectorAll('[data-file]')) {
  const chosen = document.getElementById(`${input.id}-chosen`);
  const preview = document.getElementById(`${input.id}-preview`);
  const none = chosen.textContent;
  input.addEventListener('change', async () => {
    if (input.dataset.shrink) await shrink(input, Number(input.dataset.shrink)).catch(() => {});
    let file = input.files[0];
    tell(input, file?.size > Number(input.dataset.largest) ? `${file.name}: ${input.dataset.tooLarge}` : '');
    if (!input.files[0]) file = undefined;
    if (input.dataset.named) input.form.elements[input.dataset.named].value = file?.name ?? '';
    chosen.textContent = file?.name ?? none;
    chosen.title = chosen.textContent;
    preview.hidden = !file?.type.startsWith('image/');
    if (preview.hidden) return;
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      preview.src = reader.result;
    });
    reader.readAsDataURL(file);
  });
}

// a file that the server would refuse for its size is not sent: that would take long, and say nothing until its end
function tell(input, fault) {
  const id = `${input.id}-fault`;
  document.getElementById(id)?.remove();
  input.setAttribute('aria-invalid', String(fault !== ''));
  const described = (input.getAttribute('aria-describedby') ?? '').split(' ').filter((one) => one && one !== id);
  input.setAttribute('aria-describedby', (fault ? [id, ...described] : described).join(' '));
  if (!fault) return;
  input.value = '';
  const told = document.createElement('div');
  Object.assign(told, { id, className: 'invalid', textContent: fault });
  told.setAttribute('role', 'alert');
  input.closest('.file-field').parentElement.append(told);
}

// phones take photos of many megabytes, often turned; what the browser can't read is sent as it is, and the server says what's wrong with it
async function shrink(input, side) {
  const [file] = input.files;
  const image = file && (await createImageBitmap(file, { imageOrientation: 'from-image' }));
  if (!image || input.files[0] !== file) return;
  const scale = Math.min(1, side / Math.max(image.width, image.height));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  const type = file.type === 'image/png' ? 'image/png' : 'image/jpeg';
  const small = await new Promise((resolve) => canvas.toBlob(resolve, type, 0.9));
  if (!small || input.files[0] !== file) return;
  const files = new DataTransfer();
  files.items.add(new File([small], file.name, { type }));
  input.files = files.files;
}
