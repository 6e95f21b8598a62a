/** The one style sheet of Petal's pages, in light and dark. */
export const style = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1d2330, #e8eaf0);
  --soft: light-dark(#5a6274, #a4acbd);
  --paper: light-dark(#fdfcfa, #14171f);
  --shade: light-dark(#f1eee8, #1f2430);
  --line: light-dark(#dcd7cc, #343b4b);
  --petal: light-dark(#b0306a, #ff8fbf);
}
* { box-sizing: border-box; }
body {
  margin: 0 auto;
  padding: 3rem 1.25rem;
  max-width: 44rem;
  font: 1.05rem/1.6 system-ui, sans-serif;
  color: var(--ink);
  background: var(--paper);
}
body.wide { max-width: 64rem; }
h1 { margin: 0; font-size: 2.5rem; line-height: 1.2; color: var(--petal); }
h2 { margin: 2.5rem 0 0.5rem; font-size: 1.5rem; line-height: 1.3; }
h3 { margin: 1.5rem 0 0.25rem; font-size: 1.1rem; }
pre {
  margin: 0.5rem 0 1rem;
  padding: 1rem;
  overflow-x: auto;
  border-radius: 0.5rem;
  background: var(--shade);
  font: 0.95rem/1.5 ui-monospace, monospace;
}
code { font: 0.95em ui-monospace, monospace; overflow-wrap: anywhere; }
th code { white-space: nowrap; overflow-wrap: normal; }
pre code { font: inherit; overflow-wrap: normal; }
a { color: var(--petal); }
a:focus-visible, button:focus-visible, input:focus-visible, pre:focus-visible, summary:focus-visible {
  outline: 3px solid var(--petal);
  outline-offset: 2px;
}
dt { font-weight: 600; }
dd { margin: 0 0 0.5rem; }
img { display: block; max-width: 100%; height: auto; border-radius: 0.5rem; }
figure { margin: 1.5rem 0; }
figcaption { margin-top: 0.5rem; color: var(--soft); font-size: 0.95rem; }
.scroll { overflow-x: auto; }
table { width: 100%; margin: 1rem 0; border-collapse: collapse; }
th, td { padding: 0.4rem 1.25rem 0.4rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
meter { width: 100%; min-width: 6rem; height: 1rem; }
form { margin: 1.5rem 0; padding: 1rem; border-radius: 0.5rem; background: var(--shade); }
button {
  padding: 0.4rem 1rem;
  border: 0;
  border-radius: 0.4rem;
  font: inherit;
  font-weight: 600;
  color: var(--paper);
  background: var(--petal);
  cursor: pointer;
}
.note { color: var(--soft); }
.method { display: inline-block; min-width: 3.5rem; font-weight: 700; color: var(--petal); }
`;
