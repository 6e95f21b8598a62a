import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { startPetal } from 'petal/testing';

test('the photo in my shop window is a daisy', async (context) => {
  const petal = await startPetal({ bindings: { PETAL_MAX_UPLOAD_MB: '1' } });
  context.after(() => petal.dispose());
  const body = await readFile(new URL('daisy.jpg', import.meta.url));
  const response = await petal.fetch('/v1/classify', { method: 'POST', body });
  const { predictions } = await response.json();
  assert.equal(predictions[0].label, 'daisy');
});
