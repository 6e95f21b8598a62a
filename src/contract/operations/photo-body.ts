import * as z from 'zod';
import type { ProblemCode } from '../../errors.ts';
import { type ParameterName, parameters, wireName } from '../parameters.ts';
import { photosBody } from '../photos.ts';
import type { Content } from './operation.ts';

/** Refusals of everything that reads photos. */
export const photoProblems: readonly ProblemCode[] = [
  'invalid-parameter',
  'empty-body',
  'invalid-multipart',
  'invalid-json',
  'too-many-images',
  'upload-interrupted',
  'unauthorized',
  'forbidden',
  'origin-not-allowed',
  'challenge-failed',
  'model-not-found',
  'upload-too-slow',
  'payload-too-large',
  'unsupported-media-type',
  'image-too-large',
  'too-much-work',
  'image-decode-failed',
  'remote-fetch-failed',
  'rate-limited',
  'overloaded',
  'challenge-unavailable',
  'model-unavailable',
];

/** Ways to send photos, with an operation's parameters. */
export function photoBody(name: string, names: readonly ParameterName[]): Content {
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
