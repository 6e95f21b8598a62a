import * as z from 'zod';
import type { OperationRow } from './operation.ts';

/** What this is, for people and programs. */
export function documentationOperations(): readonly OperationRow[] {
  return [
    {
      id: 'getProblem',
      method: 'get',
      path: '/problems/{code}',
      summary: 'Explain a problem',
      description: 'What a code means and what to do; the `type` of every problem leads here.',
      pathParameters: [
        { name: 'code', description: 'Of the problem.', example: 'image-too-large' },
      ],
      answer: {
        'application/json': z
          .strictObject({
            code: z.string(),
            status: z.int(),
            title: z.string(),
            advice: z.string(),
          })
          .meta({ id: 'ProblemType' }),
        'text/html': 'The same as a page.',
        'text/plain': 'The same as text.',
      },
      problems: ['not-found'],
    },
    {
      id: 'getOpenApi',
      method: 'get',
      path: '/openapi.json',
      summary: 'Describe the API to programs',
      description: 'This document (OpenAPI 3.1).',
      answer: {
        'application/json': z
          .looseObject({ openapi: z.literal('3.1.1') })
          .meta({ id: 'OpenApiDocument' }),
      },
      problems: [],
    },
    {
      id: 'getDocumentation',
      method: 'get',
      path: '/docs',
      summary: 'Describe the API to people',
      description: 'The same as a page, with an example for each operation.',
      answer: { 'text/html': 'A page.' },
      problems: [],
    },
  ];
}
