/**
 * What the widget looks like; pages change it by custom properties and parts. Text has the page's
 * colour, on the page's background. It is sent as it stands here, so that it is written tightly.
 */
const css = `
:host{--accent:var(--petal-accent,light-dark(#2a6f3e,#8fd3a0));--error:var(--petal-error,light-dark(#a32a18,#ffab9c));--border:var(--petal-border,color-mix(in srgb,currentColor 30%,transparent));--radius:var(--petal-radius,.6rem);--bar:color-mix(in srgb,var(--accent) 22%,transparent);display:block;max-inline-size:30rem;line-height:1.4}
:host([hidden]),[hidden]{display:none!important}
*{box-sizing:border-box;border-radius:var(--radius)}
.base{background:var(--petal-surface,none);border:1px solid var(--border);padding:.9rem}
.base,.side{display:grid;gap:.7rem}
.empty{border-style:dashed}
.dragging,:focus-visible,.prediction:has(:focus-visible){outline:2px solid var(--accent);outline-offset:1px}
.label{font-weight:600}
.pictured{display:grid;gap:.9rem;grid-template-columns:var(--petal-preview-size,6rem) minmax(0,1fr);align-items:start}
canvas{inline-size:100%;aspect-ratio:1;object-fit:cover}
.error{color:var(--error)}
.track,.bar{background:var(--bar)}
.track{overflow:hidden}
.fill{block-size:.4rem;background:var(--accent)}
.endless{inline-size:35%;animation:slide 1.4s ease-in-out infinite alternate}
@keyframes slide{to{margin-inline-start:65%}}
.prediction{position:relative;display:flex;gap:.5rem;align-items:center;padding:.45rem .6rem;cursor:pointer}
.bar{position:absolute;inset:1px auto 1px 0;z-index:-1}
.prediction,.base{isolation:isolate}
input{accent-color:var(--accent);margin:0;outline:0!important}
.name{flex:1;overflow-wrap:anywhere}
.probability,.hint{font-size:.9em;opacity:.8}
:checked~.name{font-weight:600}
.actions{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center}
button{font:inherit;color:inherit;background:none;border:1px solid var(--border);padding:.5rem .9rem;cursor:pointer}
button:hover,.prediction:hover{background-color:var(--bar)}
.empty .choose{background:var(--accent);color:var(--petal-on-accent,light-dark(#fff,#10240f))}
.remove{border-color:transparent}
.disabled{opacity:.6}
.disabled *{cursor:not-allowed}
@media (prefers-reduced-motion){.endless{animation:none;inline-size:100%}}
`;

let sheet: CSSStyleSheet | undefined;

/** One for all widgets of the page. Being no element, it is no matter of a Content-Security-Policy. */
export function widgetStyle(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  return sheet;
}
