/** What can be asked, once: the OpenAPI document and the page at /docs derive from these rows. */
import type { ProblemCode } from '../errors.ts';
import { compatibleOperations } from './operations/compatible-operations.ts';
import { documentationOperations } from './operations/documentation-operations.ts';
import { modelOperations } from './operations/model-operations.ts';
import type { Operation, OperationRow, Tag } from './operations/operation.ts';
import { photoOperations } from './operations/photo-operations.ts';

/** Refusals of everything that reads photos. */
const photoProblems: readonly ProblemCode[] = [
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
  'image-decode-failed',
  'remote-fetch-failed',
  'rate-limited',
  'overloaded',
  'challenge-unavailable',
  'model-unavailable',
];

const groups: Readonly<Record<Tag, () => readonly OperationRow[]>> = {
  photos: photoOperations,
  models: modelOperations,
  compatible: compatibleOperations,
  documentation: documentationOperations,
};

let made: readonly Operation[] | undefined;

/** Every operation, group by group. Made when it is first asked for, as schemas take start-up time. */
export function operations(): readonly Operation[] {
  made ??= Object.entries(groups).flatMap(([tag, rows]) =>
    rows().map((row) => ({
      ...row,
      tag: tag as Tag,
      problems: row.problems ?? photoProblems,
      isGuarded: row.body !== undefined,
    })),
  );
  return made;
}
