/** The only style sheet of the local page: system fonts, light and dark. */
export const style = `
:root { color-scheme: light dark; --back: #f6f7f9; --card: #fff; --text: #1d2530; --soft: #566173; --line: #c9d0da; --edge: #7b8796; --link: #1a56b0; --good: #17663a; --good-back: #e6f4ec; --bad: #a02020; --bad-back: #fcebea; --warn: #7a4b00; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14181f; --card: #1c222c; --text: #e6eaf0; --soft: #a8b3c2; --line: #364152; --edge: #7f8da0; --link: #8ab8ff; --good: #7fd8a4; --good-back: #173324; --bad: #ff9d97; --bad-back: #3d1f1f; --warn: #f0c068; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 46rem; margin: 0 auto; padding: 0 1rem; }
header, footer { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.5rem; padding-block: .75rem; }
header form, footer p { margin: 0 0 0 auto; }
footer { color: var(--soft); font-size: .875rem; margin-block: 2rem 1rem; }
.brand { font-weight: 700; font-size: 1.125rem; margin: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 0; padding: 0; }
nav a { display: inline-block; padding: .25rem 0; text-decoration: none; border-bottom: 2px solid transparent; }
nav a:hover { text-decoration: underline; }
nav a[aria-current] { color: var(--text); font-weight: 600; border-color: currentColor; }
a { color: var(--link); }
h1 { font-size: 1.5rem; margin: 1rem 0; }
h2 { font-size: 1.125rem; margin: 2rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .5rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
form, .state, .alert, .report, dl { overflow-wrap: anywhere; }
main > form, main > dl, .report { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; }
.state, .alert { border-radius: .5rem; border: 1px solid currentColor; padding: .75rem 1rem; margin: 0 0 1rem; }
.state.good, .alert.good { color: var(--good); background: var(--good-back); }
.state.bad, .alert.bad { color: var(--bad); background: var(--bad-back); }
.what { font-weight: 700; }
.said { font-family: ui-monospace, monospace; font-size: .875rem; }
dl { margin: 0; }
dl div { display: grid; grid-template-columns: minmax(8rem, 1fr) 2fr; gap: 0 1rem; padding: .375rem 0; }
dt { color: var(--soft); }
dd { margin: 0; }
.field, fieldset { margin: 0 0 1.25rem; }
label, legend { font-weight: 600; }
fieldset { border: 0; padding: 0; }
legend { padding: 0; }
li button { margin: .5rem 0; }
.choice { display: grid; grid-template-columns: auto 1fr; gap: 0 .5rem; align-items: center; padding: .25rem 0; }
.choice label { font-weight: 400; }
.choice .hint { grid-column: 2; }
.choice input { width: 1.25rem; height: 1.25rem; margin: 0; }
.hint { color: var(--soft); font-size: .875rem; margin: 0; }
.fault { color: var(--bad); font-weight: 600; }
input:not([type=radio]), textarea { display: block; width: 100%; margin-top: .25rem; padding: .5rem; font: inherit; color: inherit; background: var(--back); border: 1px solid var(--edge); border-radius: .375rem; }
textarea { font-family: ui-monospace, monospace; font-size: .875rem; resize: vertical; }
[readonly] { border-style: dashed; }
[aria-invalid] { border-color: var(--bad); border-width: 2px; }
button { font: inherit; font-weight: 600; padding: .5rem 1rem; border-radius: .375rem; border: 1px solid var(--link); background: var(--link); color: var(--card); cursor: pointer; }
button.second { background: none; color: var(--link); }
button.plain { background: none; border-color: transparent; color: var(--link); padding: .25rem 0; font-weight: 400; }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; }
details { margin: 0 0 1.25rem; }
summary { cursor: pointer; padding: .25rem 0; color: var(--link); }
details[open] summary { margin-bottom: .75rem; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; max-height: 18rem; overflow: auto; font-size: .8125rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.report { margin-bottom: 1.5rem; }
.report h2 { margin-top: 0; }
.report ul { list-style: none; margin: 0; padding: 0; }
.report li { border-left: .25rem solid var(--good); padding: .125rem 0 .125rem .75rem; margin: .5rem 0; }
.report li.warning { border-color: var(--warn); }
.report li.failed { border-color: var(--bad); }
.report li.ok strong::before { content: '✓ '; color: var(--good); }
.report li.warning strong::before { content: '! '; color: var(--warn); }
.report li.failed strong::before { content: '✗ '; color: var(--bad); }
@media (max-width: 30rem) { dl div { grid-template-columns: 1fr; } }
`;
