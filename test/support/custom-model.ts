import { embeddingLength } from '../../src/classes/head.ts';
import { type Manifest, modelFormat } from '../../src/classes/manifest.ts';
import { type CustomModel, writeModelFile } from '../../src/classes/model-file.ts';

/** A user's model that tells nothing apart, with numbers of its own for each seed. */
export function customModel(
  backbone: Manifest['backbone'],
  seed: number,
  labels: readonly string[] = ['left', 'right'],
): CustomModel {
  const head = { kind: 'softmax', temperature: 1 } as const;
  const weights = Float32Array.from(
    { length: labels.length * embeddingLength },
    (_, i) => Math.sin(i * seed) / 50,
  );
  return {
    head: { ...head, weights, biases: new Float32Array(labels.length) },
    manifest: {
      format: modelFormat,
      labels: [...labels],
      backbone,
      head,
      thresholds: { minTopProbability: 0, minMargin: 0 },
      training: { examples: labels.map(() => 3), seed, fineTuned: 'none', views: 1 },
      createdAt: '2026-11-24T09:00:00.000Z',
      createdBy: 'a test',
    },
  };
}

/** The file of {@link customModel}. */
export function customModelFile(
  ...parameters: Parameters<typeof customModel>
): Uint8Array<ArrayBuffer> {
  return writeModelFile(customModel(...parameters));
}
