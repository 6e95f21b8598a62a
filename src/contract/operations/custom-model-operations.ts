import * as z from 'zod';
import type { ProblemCode } from '../../errors.ts';
import {
  addExampleAnswer,
  addExamplesAnswer,
  listExamplesAnswer,
  removeExamplesAnswer,
} from '../model-examples.ts';
import { customModelAnswer, deletedModelAnswer } from '../models.ts';
import { operationParameters } from '../parameters.ts';
import type { OperationRow, PathParameter } from './operation.ts';
import { photoBody, photoProblems } from './photo-body.ts';

const name: PathParameter = {
  name: 'name',
  description:
    'Of the model: 1 to 63 small letters, digits, dots, hyphens and underscores, a letter or a digit first.',
  example: 'flowers',
};

const exampleId: PathParameter = {
  name: 'id',
  description: "Of the example: the SHA-256 of its photo's bytes, in hexadecimal.",
  example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
};

/** Refusals of all that changes a model or shows what it is made of. */
const problems: readonly ProblemCode[] = [
  'invalid-parameter',
  'unauthorized',
  'forbidden',
  'origin-not-allowed',
  'model-not-found',
  'model-deleted',
  'rate-limited',
  'models-not-stored',
  'overloaded',
  'model-unavailable',
];

/** Users' models: their versions, and the examples that they are trained on. */
export function customModelOperations(): readonly OperationRow[] {
  return [
    {
      id: 'uploadModel',
      method: 'put',
      path: '/v1/models/{name}',
      summary: 'Upload a model',
      description:
        'The file of a model that was trained elsewhere becomes the next version, which answers from then on: 201, or 200 where its very bytes answer already. The last 20 versions are kept.',
      pathParameters: [name],
      needs: 'train',
      body: {
        'application/octet-stream':
          'A .safetensors file as `petal train` writes it, of up to 12 MB unless the deployment says otherwise.',
      },
      isCreating: true,
      answer: { 'application/json': customModelAnswer },
      problems: [
        ...problems.filter((code) => code !== 'model-not-found'),
        'invalid-model',
        'model-mismatch',
        'payload-too-large',
        'upload-interrupted',
        'upload-too-slow',
      ],
    },
    {
      id: 'addExamples',
      method: 'post',
      path: '/v1/models/{name}/examples',
      summary: 'Add examples to a model',
      description:
        'Photos that show what `label` says, up to 32 at once, sent as for `POST /v1/classify`. Their embeddings are stored, and of the photos nothing unless `keep_photos` is true. A photo that is there already counts once: with another label it moves. The model is made if there is none; it can have 2,000 examples of 50 labels.',
      pathParameters: [name],
      parameters: operationParameters.addExamples,
      needs: 'train',
      body: photoBody('AddExamples', operationParameters.addExamples),
      answer: { 'application/json': z.union([addExampleAnswer, addExamplesAnswer]) },
      problems: [
        ...photoProblems.filter((code) => code !== 'challenge-failed'),
        'model-deleted',
        'model-mismatch',
        'too-many-examples',
        'models-not-stored',
      ],
    },
    {
      id: 'trainModel',
      method: 'post',
      path: '/v1/models/{name}/train',
      summary: 'Train a model on its examples',
      description:
        'Fits a head to the examples that there are, measures it by cross-validation, and publishes it as the next version: 201, or 200 where nothing has changed since the last training. Until then, and where it fails, the former version answers.',
      pathParameters: [name],
      parameters: operationParameters.trainModel,
      needs: 'train',
      isCreating: true,
      answer: { 'application/json': customModelAnswer },
      problems: [
        ...problems,
        'training-in-progress',
        'not-enough-examples',
        'too-many-examples',
        'model-mismatch',
      ],
    },
    {
      id: 'rollBackModel',
      method: 'post',
      path: '/v1/models/{name}/rollback',
      summary: 'Go back to another version',
      description:
        'The name stands for another version from then on. Versions stay as they are, and so do the examples.',
      pathParameters: [name],
      parameters: operationParameters.rollBackModel,
      needs: 'train',
      answer: { 'application/json': customModelAnswer },
      problems,
    },
    {
      id: 'downloadModel',
      method: 'get',
      path: '/v1/models/{name}/file',
      summary: 'Download the file of a model',
      description:
        'The bytes that `PUT` takes, for another deployment; `{name}@{version}` is one of its versions.',
      pathParameters: [name],
      needs: 'train',
      isConditional: true,
      answer: { 'application/octet-stream': 'A .safetensors file.' },
      problems,
    },
    {
      id: 'deleteModel',
      method: 'delete',
      path: '/v1/models/{name}',
      summary: 'Delete a model',
      description:
        'It answers no more, and is erased, with its examples, after 30 days; with `permanent=true` at once.',
      pathParameters: [name],
      parameters: operationParameters.deleteModel,
      needs: 'train',
      answer: { 'application/json': deletedModelAnswer },
      problems: problems.filter((code) => code !== 'model-deleted'),
    },
    {
      id: 'restoreModel',
      method: 'post',
      path: '/v1/models/{name}/restore',
      summary: 'Restore a deleted model',
      description: 'It answers again, as before it was deleted.',
      pathParameters: [name],
      needs: 'train',
      answer: { 'application/json': customModelAnswer },
      problems: problems.filter((code) => code !== 'model-deleted'),
    },
    {
      id: 'listExamples',
      method: 'get',
      path: '/v1/models/{name}/examples',
      summary: 'List the examples of a model',
      description: 'In pages of 100, in the order of their ids.',
      pathParameters: [name],
      parameters: operationParameters.listExamples,
      needs: 'train',
      answer: { 'application/json': listExamplesAnswer },
      problems,
    },
    {
      id: 'getExamplePhoto',
      method: 'get',
      path: '/v1/models/{name}/examples/{id}/photo',
      summary: 'Show the photo of an example',
      description: 'As it was sent, where it was kept.',
      pathParameters: [name, exampleId],
      needs: 'train',
      answer: { 'image/*': 'The photo.' },
      problems: [...problems, 'not-found'],
    },
    {
      id: 'removeExample',
      method: 'delete',
      path: '/v1/models/{name}/examples/{id}',
      summary: 'Remove an example',
      description: 'The versions that were trained on it stay as they are.',
      pathParameters: [name, exampleId],
      needs: 'train',
      answer: { 'application/json': removeExamplesAnswer },
      problems: [...problems, 'not-found'],
    },
    {
      id: 'removeExamples',
      method: 'delete',
      path: '/v1/models/{name}/examples',
      summary: 'Remove the examples of a label',
      description: 'The versions that were trained on them stay as they are.',
      pathParameters: [name],
      parameters: operationParameters.removeExamples,
      needs: 'train',
      answer: { 'application/json': removeExamplesAnswer },
      problems,
    },
  ];
}
