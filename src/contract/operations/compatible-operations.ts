import { huggingFaceAnswer, huggingFaceBody } from '../hugging-face.ts';
import {
  inferAnswer,
  inferBody,
  liveAnswer,
  modelMetadataAnswer,
  modelReadyAnswer,
  readyAnswer,
  serverMetadataAnswer,
} from '../open-inference.ts';
import { metadataAnswer, predictAnswer, predictBody, statusAnswer } from '../tf-serving.ts';
import { modelName, type OperationRow } from './operation.ts';

const photoBytes = 'The bytes of one photo.';

/** What clients of other servers ask. */
export function compatibleOperations(): readonly OperationRow[] {
  return [
    {
      id: 'huggingFaceClassify',
      method: 'post',
      path: '/models/{name}',
      summary: "Hugging Face's image classification",
      description:
        'For `@huggingface/inference` and its like, with this address as `endpointUrl`; `POST /` is the same with the only model.',
      pathParameters: [modelName],
      body: { 'image/*': photoBytes, 'application/json': huggingFaceBody },
      answer: { 'application/json': huggingFaceAnswer },
    },
    {
      id: 'tfServingPredict',
      method: 'post',
      path: '/v1/models/{name}:predict',
      summary: "TensorFlow Serving's prediction",
      description:
        'Photos as `{"b64": "..."}`, by rows (`instances`) or by columns (`inputs`). The 1000 `probabilities` of a photo are in order of the class index, without a "background" before them. The status of a model is part of `GET /v1/models/{name}`. Also at `/v1/models/{name}/versions/1:predict`.',
      pathParameters: [modelName],
      body: { 'application/json': predictBody },
      answer: { 'application/json': predictAnswer },
    },
    {
      id: 'tfServingStatus',
      method: 'get',
      path: '/v1/models/{name}/versions/1',
      summary: "TensorFlow Serving's status of a version",
      description: 'Each model has one version.',
      pathParameters: [modelName],
      answer: { 'application/json': statusAnswer },
      problems: ['model-not-found', 'model-unavailable'],
    },
    {
      id: 'tfServingMetadata',
      method: 'get',
      path: '/v1/models/{name}/metadata',
      summary: "TensorFlow Serving's metadata of a model",
      description:
        'The tensors of the one signature. Also at `/v1/models/{name}/versions/1/metadata`.',
      pathParameters: [modelName],
      answer: { 'application/json': metadataAnswer },
      problems: ['model-not-found', 'model-unavailable'],
    },
    {
      id: 'openInferenceServer',
      method: 'get',
      path: '/v2',
      summary: 'Open Inference Protocol: the server',
      description: 'Name, version and extensions of the server.',
      answer: { 'application/json': serverMetadataAnswer },
      problems: [],
    },
    {
      id: 'openInferenceLive',
      method: 'get',
      path: '/v2/health/live',
      summary: 'Open Inference Protocol: liveness',
      description: 'Status 200 while requests are answered.',
      answer: { 'application/json': liveAnswer },
      problems: [],
    },
    {
      id: 'openInferenceReady',
      method: 'get',
      path: '/v2/health/ready',
      summary: 'Open Inference Protocol: readiness',
      description: 'Status 200 while the network is loaded.',
      answer: { 'application/json': readyAnswer },
      problems: ['model-unavailable'],
    },
    {
      id: 'openInferenceModel',
      method: 'get',
      path: '/v2/models/{name}',
      summary: 'Open Inference Protocol: a model',
      description:
        'Its tensors. This, `/ready` and `/infer` exist under `/v2/models/{name}/versions/1`, too.',
      pathParameters: [modelName],
      answer: { 'application/json': modelMetadataAnswer },
      problems: ['model-not-found', 'model-unavailable'],
    },
    {
      id: 'openInferenceModelReady',
      method: 'get',
      path: '/v2/models/{name}/ready',
      summary: "Open Inference Protocol: a model's readiness",
      description: 'Status 200 while the model answers.',
      pathParameters: [modelName],
      answer: { 'application/json': modelReadyAnswer },
      problems: ['model-not-found', 'model-unavailable'],
    },
    {
      id: 'openInferenceInfer',
      method: 'post',
      path: '/v2/models/{name}/infer',
      summary: 'Open Inference Protocol: inference',
      description:
        'One tensor of photos (`BYTES`, each as base64) or of inputs (`FP32`, [n, 224, 224, 3], RGB, `value / 127.5 - 1`, rounded to a `value` of 0..255). Outputs are all that the model has, unless `outputs` names some.',
      pathParameters: [modelName],
      body: { 'application/json': inferBody },
      answer: { 'application/json': inferAnswer },
    },
  ];
}
