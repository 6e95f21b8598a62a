/** What can be asked, once: the OpenAPI document and the page at /docs derive from these rows. */
import { compatibleOperations } from './operations/compatible-operations.ts';
import { customModelOperations } from './operations/custom-model-operations.ts';
import { documentationOperations } from './operations/documentation-operations.ts';
import { modelOperations } from './operations/model-operations.ts';
import type { Operation, OperationRow, Tag } from './operations/operation.ts';
import { photoProblems } from './operations/photo-body.ts';
import { photoOperations } from './operations/photo-operations.ts';

const groups: Readonly<Record<Tag, () => readonly OperationRow[]>> = {
  photos: photoOperations,
  models: modelOperations,
  training: customModelOperations,
  compatible: compatibleOperations,
  documentation: documentationOperations,
};

let made: readonly Operation[] | undefined;

/** Every operation, group by group. Made when it is first asked for, as schemas take start-up time. */
export function operations(): readonly Operation[] {
  made ??= Object.entries(groups).flatMap(([tag, rows]) =>
    rows().map((row) => {
      const isAboutPhotos = row.body !== undefined && row.needs === undefined;
      return {
        ...row,
        tag: tag as Tag,
        needs: isAboutPhotos ? 'classify' : row.needs,
        isConditional: row.isConditional ?? isAboutPhotos,
        isCreating: row.isCreating ?? false,
        problems: row.problems ?? photoProblems,
      };
    }),
  );
  return made;
}
