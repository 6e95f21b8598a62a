import type { Example } from './example.ts';

const daisy = 'test/fixtures/valid/jpeg/daisy.jpg';
const candle = 'test/fixtures/valid/jpeg/candle.jpg';
const broken = 'test/fixtures/invalid/image-decode-failed/only-soi.jpg';
const model = '/v1/models/things';
/** SHA-256 of the candle. */
const candleId = 'bf666c3039e06d94d8491062e8c2bc50590a69330c116ee0dec3d7b154b396d3';

/** The life of a model: each request finds what those before it have made. */
export const customModelExamples: readonly Example[] = [
  {
    id: 'examples-one',
    operation: 'addExamples',
    title: 'One photo',
    path: `${model}/examples?label=flower`,
    form: [daisy],
  },
  {
    id: 'examples-many',
    operation: 'addExamples',
    title: 'Two photos to be kept, one of them broken',
    path: `${model}/examples?label=light&keep_photos=true`,
    form: [candle, broken],
  },
  {
    id: 'train',
    operation: 'trainModel',
    title: 'One example of each label',
    method: 'POST',
    path: `${model}/train?mode=knn`,
  },
  {
    id: 'classify-own',
    operation: 'classify',
    title: 'A model of your own and the backbone, in one pass',
    path: '/v1/classify?model=things,mobilenet_v2_1.0_224&top_k=1',
    file: candle,
  },
  {
    id: 'model-own',
    operation: 'getModel',
    title: 'A model of your own',
    path: model,
  },
  {
    id: 'download',
    operation: 'downloadModel',
    title: 'The newest version',
    path: `${model}/file`,
  },
  {
    id: 'upload',
    operation: 'uploadModel',
    title: 'A model under another name',
    method: 'PUT',
    path: '/v1/models/copy-of-things',
    download: { path: `${model}/file`, file: 'things@1.safetensors' },
  },
  {
    id: 'train-again',
    operation: 'trainModel',
    title: 'In another way',
    method: 'POST',
    path: `${model}/train?mode=softmax`,
  },
  {
    id: 'rollback',
    operation: 'rollBackModel',
    title: 'The version before',
    method: 'POST',
    path: `${model}/rollback`,
  },
  {
    id: 'examples-list',
    operation: 'listExamples',
    title: 'All of them',
    path: `${model}/examples`,
  },
  {
    id: 'example-photo',
    operation: 'getExamplePhoto',
    title: 'A photo that was kept',
    path: `${model}/examples/${candleId}/photo`,
  },
  {
    id: 'example-remove',
    operation: 'removeExample',
    title: 'One',
    method: 'DELETE',
    path: `${model}/examples/${candleId}`,
  },
  {
    id: 'examples-remove',
    operation: 'removeExamples',
    title: 'All that show a flower',
    method: 'DELETE',
    path: `${model}/examples?label=flower`,
  },
  { id: 'delete', operation: 'deleteModel', title: 'One model', method: 'DELETE', path: model },
  {
    id: 'restore',
    operation: 'restoreModel',
    title: 'The same',
    method: 'POST',
    path: `${model}/restore`,
  },
];
