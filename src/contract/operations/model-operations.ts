import * as z from 'zod';
import { accessAnswer, healthAnswer } from '../answers.ts';
import { customModelAnswer, modelAnswer, modelsAnswer } from '../models.ts';
import { modelName, type OperationRow } from './operation.ts';

/** What answers, and whether it does. */
export function modelOperations(): readonly OperationRow[] {
  return [
    {
      id: 'listModels',
      method: 'get',
      path: '/v1/models',
      summary: 'List the models',
      description:
        'Every model that can answer: the backbone first, with its licence, source and hash, then models of your own, for those who may ask with them.',
      answer: { 'application/json': modelsAnswer },
      problems: ['model-unavailable'],
    },
    {
      id: 'getModel',
      method: 'get',
      path: '/v1/models/{name}',
      summary: 'Describe a model',
      description:
        'The same for one model, and of a model of your own (`flowers`, or `flowers@2` for one of its versions) its versions, examples and metrics; also the status that clients of TensorFlow Serving ask for.',
      pathParameters: [modelName],
      answer: { 'application/json': z.union([modelAnswer, customModelAnswer]) },
      problems: [
        'unauthorized',
        'forbidden',
        'origin-not-allowed',
        'model-not-found',
        'rate-limited',
        'overloaded',
        'model-unavailable',
      ],
    },
    {
      id: 'getAccess',
      method: 'get',
      path: '/v1/access',
      summary: 'Say what the caller may do',
      description:
        'The scopes of the key that is sent, or of those who send none, so that a page offers nothing that would be refused.',
      answer: { 'application/json': accessAnswer },
      problems: ['unauthorized', 'origin-not-allowed'],
    },
    {
      id: 'getHealth',
      method: 'get',
      path: '/healthz',
      summary: 'Say whether photos can be classified',
      description: 'Status 200 while the network is loaded, with what it holds.',
      answer: { 'application/json': healthAnswer },
      problems: ['model-unavailable'],
    },
  ];
}
