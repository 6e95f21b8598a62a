import { readFile } from 'node:fs/promises';
import { startPetal } from 'petal/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

let petal: Awaited<ReturnType<typeof startPetal>>;
beforeAll(async () => {
  petal = await startPetal({ bindings: { PETAL_MAX_UPLOAD_MB: '1' } });
}, 120_000); // The first time it makes the Worker.
afterAll(() => petal?.dispose());

test('the photo in my shop window is a daisy', async () => {
  const body = await readFile(new URL('daisy.jpg', import.meta.url));
  const response = await petal.fetch('/v1/classify', { method: 'POST', body });
  expect(await response.json()).toMatchObject({
    predictions: [{ label: 'daisy' }, {}, {}, {}, {}],
  });
});
