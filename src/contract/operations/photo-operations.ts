import * as z from 'zod';
import {
  classifyAnswer,
  classifyResults,
  embedAnswer,
  embedResults,
  explainAnswer,
  explainResults,
  modelsClassifyAnswer,
} from '../answers.ts';
import { operationParameters } from '../parameters.ts';
import type { OperationRow } from './operation.ts';
import { photoBody } from './photo-body.ts';

/** Petal's own ways to ask about photos. */
export function photoOperations(): readonly OperationRow[] {
  return [
    {
      id: 'classify',
      method: 'post',
      path: '/v1/classify',
      summary: 'Say what photos show',
      description:
        'One photo is answered with its predictions, many (up to 32) with `results` in their order, each with its predictions or its own `problem`. Browsers that post a form get a page, and `Accept: text/plain` a table for a terminal.',
      parameters: operationParameters.classify,
      body: photoBody('Classify', operationParameters.classify),
      answer: {
        'application/json': z.union([classifyAnswer, modelsClassifyAnswer, classifyResults]),
        'text/html': 'A page with the answer.',
        'text/plain': 'A table for a terminal.',
      },
    },
    {
      id: 'embed',
      method: 'post',
      path: '/v1/embed',
      summary: 'Turn photos into vectors',
      description:
        "The 1280 numbers before the classifier, for search, duplicates and classes of one's own. Photos that show alike things have a cosine near 1.",
      parameters: operationParameters.embed,
      body: photoBody('Embed', operationParameters.embed),
      answer: { 'application/json': z.union([embedAnswer, embedResults]) },
    },
    {
      id: 'explain',
      method: 'post',
      path: '/v1/explain',
      summary: 'Show where in a photo a class is seen',
      description:
        'The class activation map, without gradients: a grid of 7 x 7, or with `Accept: image/png` the photo, upright, with the map over it.',
      parameters: operationParameters.explain,
      body: photoBody('Explain', operationParameters.explain),
      answer: {
        'application/json': z.union([explainAnswer, explainResults]),
        'image/png': 'The upright photo, sides of at most 1024 pixels, with the map over it.',
        'text/html': 'A page with the picture.',
      },
    },
  ];
}
