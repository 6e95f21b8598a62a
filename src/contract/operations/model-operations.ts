import { healthAnswer } from '../answers.ts';
import { modelAnswer, modelsAnswer } from '../models.ts';
import { modelName, type OperationRow } from './operation.ts';

/** What answers, and whether it does. */
export function modelOperations(): readonly OperationRow[] {
  return [
    {
      id: 'listModels',
      method: 'get',
      path: '/v1/models',
      summary: 'List the models',
      description: 'Every model that can answer, with its licence, source and hash.',
      answer: { 'application/json': modelsAnswer },
      problems: ['model-unavailable'],
    },
    {
      id: 'getModel',
      method: 'get',
      path: '/v1/models/{name}',
      summary: 'Describe a model',
      description:
        'The same for one model; also the status that clients of TensorFlow Serving ask for.',
      pathParameters: [modelName],
      answer: { 'application/json': modelAnswer },
      problems: ['model-not-found', 'model-unavailable'],
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
