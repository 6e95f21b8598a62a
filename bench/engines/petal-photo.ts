import classNames from '../../model/classes.json' with { type: 'json' };
import { loadNetwork } from '../../src/mobilenet/network.ts';
import { backboneModel } from '../../src/pipeline/answering-model.ts';
import { classifyByModels } from '../../src/pipeline/classify-image.ts';
import { describeAnswer, describePhoto } from '../../src/pipeline/described-answer.ts';
import type { Engine, EngineParts } from './engine.ts';
import { assetsOf } from './petal-assets.ts';

const limits = { maxPixels: 50e6, maxDecodeBytes: 48e6 };

/**
 * Petal from a photo's bytes to the JSON of the answer, by what `POST /v1/classify` runs for each photo:
 * decoding, resizing, the network, the five best classes. Not the HTTP exchange around it, with access,
 * parameters and the cache.
 */
export async function load(parts: EngineParts): Promise<Engine<Uint8Array>> {
  const network = loadNetwork(assetsOf(parts));
  const classes = classNames.map(({ names, wnid }) => ({ label: names[0], wnid }));
  const model = backboneModel(network, classes);
  const pipeline = { network, limits, now: () => performance.now() };
  return {
    prepare: (bytes) => bytes,
    run(bytes) {
      const { answers, image, view } = classifyByModels(pipeline, bytes, [{ model }], {
        topK: 5,
        fit: 'crop',
      });
      const [answer] = answers;
      const json = JSON.stringify({
        ...describeAnswer(model, answer),
        ...describePhoto({ image, view }, false),
      });
      if (json.length === 0) throw new Error('There is no answer.');
      return Float32Array.from(answer.predictions, ({ probability }) => probability);
    },
    heapBytes: () => network.wasmHeapBytes(),
  };
}
