import { customModelExamples } from './custom-model-examples.ts';
import type { Example } from './example.ts';

/**
 * Requests that show the API, in the order in which they are sent. Their answers, in example-answers.json, are
 * those of the real Worker (`npm run examples` writes them, and the tests
 * compare them), so that what the documentation shows is true.
 */

const daisy = 'test/fixtures/valid/jpeg/daisy.jpg';
const candle = 'test/fixtures/valid/jpeg/candle.jpg';
const broken = 'test/fixtures/invalid/image-decode-failed/only-soi.jpg';
const model = 'mobilenet_v2_1.0_224';

export const examples: readonly Example[] = [
  {
    id: 'classify-form',
    operation: 'classify',
    title: 'One photo',
    path: '/v1/classify?top_k=3',
    form: [daisy],
  },
  {
    id: 'classify-labels',
    operation: 'classify',
    title: 'Some classes only, with what they are kinds of',
    path: '/v1/classify?labels=flower&top_k=1&include=ancestors',
    file: daisy,
  },
  {
    id: 'classify-list',
    operation: 'classify',
    title: 'Two photos, one of them broken',
    path: '/v1/classify?top_k=1',
    form: [daisy, broken],
  },
  {
    id: 'classify-json',
    operation: 'classify',
    title: 'JSON, parameters included',
    path: '/v1/classify',
    json: { image: `@${candle}`, top_k: 1, exclude: ['vessel'] },
  },
  {
    id: 'classify-text',
    operation: 'classify',
    title: 'For a terminal',
    path: '/v1/classify',
    file: candle,
    accept: 'text/plain',
  },
  {
    id: 'embed',
    operation: 'embed',
    title: 'A vector of length 1',
    path: '/v1/embed?normalize=l2',
    file: daisy,
  },
  {
    id: 'explain',
    operation: 'explain',
    title: 'Where the flower is seen, as numbers',
    path: '/v1/explain?label=daisy',
    file: daisy,
  },
  {
    id: 'explain-png',
    operation: 'explain',
    title: 'Where the flower is seen, as a picture',
    path: '/v1/explain?label=daisy',
    file: daisy,
    accept: 'image/png',
  },
  { id: 'models', operation: 'listModels', title: 'All models', path: '/v1/models' },
  { id: 'model', operation: 'getModel', title: 'One model', path: `/v1/models/${model}` },
  { id: 'access', operation: 'getAccess', title: 'Without a key', path: '/v1/access' },
  ...customModelExamples,
  {
    id: 'hugging-face',
    operation: 'huggingFaceClassify',
    title: 'A photo as base64',
    path: `/models/${model}`,
    json: { inputs: `@${candle}`, parameters: { top_k: 2 } },
  },
  {
    id: 'tf-serving',
    operation: 'tfServingPredict',
    title: 'One instance',
    path: `/v1/models/${model}:predict`,
    json: { instances: [{ b64: `@${candle}` }] },
  },
  { id: 'v2', operation: 'openInferenceServer', title: 'The server', path: '/v2' },
  {
    id: 'v2-model',
    operation: 'openInferenceModel',
    title: 'Its tensors',
    path: `/v2/models/${model}`,
  },
  {
    id: 'v2-infer',
    operation: 'openInferenceInfer',
    title: 'The best label of a photo',
    path: `/v2/models/${model}/infer`,
    json: {
      inputs: [{ name: 'image', datatype: 'BYTES', shape: [1], data: [`@${candle}`] }],
      outputs: [{ name: 'label' }, { name: 'class' }],
    },
  },
  {
    id: 'problem',
    operation: 'getProblem',
    title: 'What a code means',
    path: '/problems/image-too-large',
  },
];

/** More numbers than this are abridged where they are shown. */
const shownNumbers = 8;

/**
 * An answer as the documentation shows it: numbers to three digits, long lists
 * of numbers abridged. Weights' hashes stay as they are.
 */
export function presentable(value: unknown): unknown {
  if (typeof value === 'number')
    return Number.isInteger(value) ? value : Number(value.toPrecision(3));
  if (Array.isArray(value)) {
    const isLong = value.length > shownNumbers && value.every((item) => typeof item === 'number');
    const shown = isLong ? value.slice(0, 3) : value;
    const rest = isLong ? [`... ${value.length - 3} more`] : [];
    return [...shown.map(presentable), ...rest];
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, presentable(item)]),
    );
  }
  return value;
}

/** Whether a list was abridged, so that the answer doesn't fit its schema. */
export function isAbridged(value: unknown): boolean {
  return JSON.stringify(value).includes('"... ');
}
