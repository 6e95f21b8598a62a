import { render } from 'preact';
import type { KnownLabels } from './known-labels.ts';
import type { AskedPhoto } from './photo-result.ts';
import type { Summary } from './summary.ts';
import { Tile } from './tile.tsx';

/** What a sheet shows. */
export interface SheetContents {
  readonly modelName: string;
  readonly summary: Summary;
  readonly labels: KnownLabels | undefined;
}

/**
 * A sheet of the photos as a page to keep: no script, no other file, no network. The tiles and their style
 * are those of this page, drawn apart from it with the thumbnails inside.
 */
export async function sheetPage({ modelName, summary, labels }: SheetContents): Promise<string> {
  const photos = summary.groups.all;
  const sources = await Promise.all(photos.map(dataUrl));
  const place = document.createElement('html');
  render(
    <>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <title>{`${modelName}: ${summary.caption}`}</title>
        <link rel="icon" href="data:," />
        <style>{pageStyle()}</style>
      </head>
      <body class="wide">
        <main class="tiles-room">
          <h1>{modelName}</h1>
          <p class="note">{summary.caption}</p>
          <ul class="tiles">
            {photos.map((asked, at) => (
              <Tile key={at} asked={asked} labels={labels} source={sources[at]} />
            ))}
          </ul>
        </main>
      </body>
    </>,
    place,
  );
  place.lang = 'en';
  const page = `<!doctype html>\n${place.outerHTML}\n`;
  render(null, place);
  return page;
}

/** All rules of this page's style sheets, which are of its own origin. */
function pageStyle(): string {
  return [...document.styleSheets]
    .flatMap(({ cssRules }) => [...cssRules])
    .map(({ cssText }) => cssText)
    .join('\n');
}

async function dataUrl({ thumbnail }: AskedPhoto): Promise<string | undefined> {
  if (thumbnail === undefined) return undefined;
  return await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(thumbnail.blob);
  });
}
