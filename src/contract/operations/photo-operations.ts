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
import { operationParameters, type ParameterName, parameters, wireName } from '../parameters.ts';
import { photosBody } from '../photos.ts';
import type { Content, OperationRow } from './operation.ts';

/** Ways to send photos, with an operation's parameters. */
function photoBody(name: string, names: readonly ParameterName[]): Content {
  const members = Object.fromEntries(
    names.map((name) => [wireName(name), parameters[name].schema.optional()]),
  );
  const json = z.object({ ...photosBody.shape, ...members }).meta({
    id: `${name}Body`,
    description:
      '`{"image": "<base64 or data URL>"}`, `{"url": "https://..."}` or `{"images": [...]}` of either, with parameters beside them.',
  });
  const form = z
    .object({
      image: z.array(z.string().meta({ contentMediaType: 'application/octet-stream' })),
      ...members,
    })
    .meta({
      id: `${name}Form`,
      description: 'One file or many in the field `image`, and parameters as text fields.',
    });
  return {
    'image/*': 'The bytes of one photo: JPEG, PNG, WebP, GIF or BMP, whatever the type says.',
    'multipart/form-data': form,
    'application/json': json,
  };
}

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
