/**
 * What the widget looks like; pages change it by custom properties and parts. Text has the page's
 * colour, on the page's background. It is sent as it stands here, so that it is written tightly.
 */
const css = `
:host{--accent:var(--petal-accent,light-dark(#2a6f3e,#8fd3a0));--soft:color-mix(in srgb,var(--accent) 18%,transparent);--border:1px solid var(--petal-border,color-mix(in srgb,currentColor 30%,transparent));display:block;max-inline-size:30rem}
:host([hidden]),[hidden],.label:empty,.hint:empty,button:empty{display:none!important}
*{box-sizing:border-box;border-radius:var(--petal-radius,.6rem)}
.base{background:var(--petal-surface,none);border:var(--border);padding:.9rem}
.empty{border-style:dashed}
.dragging,:focus-visible,.prediction:has(:focus-visible){outline:2px solid var(--accent);outline-offset:1px}
.pictured{display:grid;gap:.9rem;grid-template-columns:var(--petal-preview-size,6rem) minmax(0,1fr)}
canvas{inline-size:100%;aspect-ratio:1;object-fit:cover}
.label,.status:not(:empty),.track,.predictions,canvas{margin-block-end:.7rem}
.label,:checked~.name{font-weight:600}
[part~=error]{color:var(--petal-error,light-dark(#a32a18,#ffab9c))}
.track{background:var(--soft);overflow:hidden}
.fill{block-size:.25rem;background:var(--accent)}
.endless{inline-size:35%;animation:slide 1.4s ease-in-out infinite alternate}
@keyframes slide{to{margin-inline-start:65%}}
.prediction,.actions{display:flex;gap:.6rem;align-items:center}
.prediction{position:relative;padding:.5rem .6rem}
.bar{position:absolute;inset:auto .6rem 0;block-size:.2rem;background:linear-gradient(var(--accent) 0 0) no-repeat var(--soft)}
input{accent-color:var(--accent);margin:0;outline:0!important}
.name{flex:1;overflow-wrap:anywhere}
.probability,.hint{font-size:.9em;opacity:.8}
.actions{flex-wrap:wrap}
button{font:inherit;color:inherit;background:none;border:var(--border);padding:.5rem .9rem}
button,.prediction{cursor:pointer}
button:hover,.prediction:hover{background-color:var(--soft)}
.empty .choose{background:var(--accent);color:Canvas}
.remove{border-color:transparent}
:disabled,.disabled .prediction{opacity:.6}
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
