const allTimes = `[/(?<![\\d.:]|UTC[+-]|UTC−)\\d{1,2}:\\d{2}(:\\d{2})?( [AP]M)?(?![\\d:])/g, '10:00'],
  [/\\d{1,2} (de )?(jan|feb|fev|mar|apr|abr|may|mai|jun|jul|aug|ago|sep|set|oct|out|nov|dec|dic|dez)[a-z.]* (de )?20\\d\\d/gi, '1 jan 2030'],
  [/(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \\d{1,2}, 20\\d\\d/gi, 'Jan 1, 2030'],
  [/20\\d\\d-\\d\\d-\\d\\d/g, '2030-01-01'],`;

const makeSteady = (times: string, drawings: string): string => `(() => {
  const same = [
    [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '01234567-89ab-7cde-8f01-23456789abcd'],
    [/127\\.0\\.0\\.1:\\d+/g, '127.0.0.1:8080'],
    [/\\b0\\.\\d{6,}/g, '1'],
    [/([0-9a-f]{2}[: ]){5,}[0-9a-f]{2}/gi, (all) => 'ab'.padEnd(all.length, all.includes(':') ? ':cd' : 'cd')],
    [/([0-9a-f]{4} ){7,}[0-9a-f]{4}/g, (all) => 'abcd '.repeat(all.length / 5) + 'abcd'],
    [/[\\w-]{32,}/g, (all) => (/\\d/.test(all) && /[a-z]/i.test(all) ? 'x'.repeat(all.length) : all)],
    [/[2-9A-Z]{4}-[2-9A-Z]{4}/g, 'ABCD-2345'],
    [/\\b([a-z0-9]{4}[ -]){2,}[a-z0-9]{4}\\b/g, (all) => (/\\d/.test(all) ? 'abcd'.padEnd(all.length, '-abcd') : all)],
    ${times}
  ];
  const text = (value) => same.reduce((all, [found, put]) => all.replace(found, put), value);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const next = text(walker.currentNode.data);
    if (next !== walker.currentNode.data) walker.currentNode.data = next;
  }
  for (const field of document.querySelectorAll('input:not([type=hidden], [type=date], [type=datetime-local], [type=color], [type=file], [type=number]), textarea')) field.value = text(field.value);
  for (const one of document.querySelectorAll('.avatar, .mark')) {
    const [code = 0] = [...one.textContent.trim()].map((letter) => letter.codePointAt(0));
    one.className = one.className.replace(/tone-\\d+/, 'tone-' + (code % 12));
  }
  ${drawings}
})()`;

/**
 * Runs in the page before its picture is taken: what differs from run to run (ids, times, ports, tokens, colours that come from ids) is made the same, so that a picture changes
 * only when the page does.
 */
export const steady = makeSteady(
  allTimes,
  "for (const code of document.querySelectorAll('.qr-code svg path')) code.setAttribute('d', 'M0 0h20v20h-20z');",
);

/** For pictures that people read: times and QR codes stay as they are. */
export const steadyIds = makeSteady('', '');

/** Of a long page a browser loads the pictures below later, so that they would be in one picture and not in the next. */
export const loadPictures = `Promise.all([...document.querySelectorAll('img[loading=lazy]')].map((image) => {
  image.loading = 'eager';
  return image.decode().catch(() => {});
}))`;
