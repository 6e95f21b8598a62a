import { render } from 'preact';
import { useState } from 'preact/hooks';
import { preparePhoto } from '../browser/prepare-photo.ts';
import { createClient } from '../client/client.ts';
import type { Asker, PagePhoto } from './asker.ts';
import { Grid } from './grid/grid.tsx';
import { Teach } from './teach/teach.tsx';

function askerOf(model?: string): Asker {
  const client = createClient({ url: location.origin });
  return {
    concurrency: 3,
    async ask(photo, { topK, signal } = {}) {
      const { blob, isReduced } = await preparePhoto(photo, { signal });
      const answer = await client.classify(blob, { topK, signal, model });
      return {
        answer,
        durationsMs: undefined,
        totalMs: 1,
        by: { kind: 'server' },
        sentBytes: blob.size,
        isReduced,
      };
    },
  };
}
const asker = askerOf();
const url = new URL(location.origin);
function Shell() {
  const [photos, setPhotos] = useState<PagePhoto[]>([]);
  const [model, setModel] = useState('');
  const choose = (event: { currentTarget: HTMLInputElement }) =>
    setPhotos(
      [...(event.currentTarget.files ?? [])].map((file) => ({
        name: file.name,
        file,
        path: file.webkitRelativePath || undefined,
      })),
    );
  return (
    <>
      <p>
        <label>
          Photos <input type="file" multiple onChange={choose} />
        </label>{' '}
        <label>
          Folder <input type="file" {...{ webkitdirectory: true }} onChange={choose} />
        </label>
      </p>
      {photos.length > 0 && (
        <Grid
          photos={photos}
          asker={asker}
          modelName="mobilenet_v2_1.0_224"
          onOpen={(photo) => console.log('open', photo.name)}
        />
      )}
      <Teach
        url={url}
        apiKey={undefined}
        askerOf={askerOf}
        onModelTrained={(name) => setModel(name)}
      />
      <p id="trained">{model}</p>
    </>
  );
}
const place = document.querySelector('#try');
document.body.className = 'wide';
if (place !== null) {
  place.textContent = '';
  render(<Shell />, place);
}
