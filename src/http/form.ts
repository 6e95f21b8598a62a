import {
  getMultipartBoundary,
  type MultipartPart,
  parseMultipart,
} from '@remix-run/multipart-parser';
import { AppError } from '../errors.ts';

/** The field of a form that holds the photo. */
export const photoField = 'image';

/** More parts are refused, and these are more than are read. */
const maxParts = 20;

/**
 * Finds the photo in a form (multipart/form-data, RFC 7578).
 *
 * @param body all of it
 * @param mediaType the header that says which boundary lies between the parts
 * @returns a view into the body: a photo may be large, and is not copied
 * @throws AppError `invalid-multipart`
 */
export function photoOfForm(body: Uint8Array, mediaType: string): Uint8Array {
  const fields = readFields(body, mediaType);
  const [field] = fields;
  if (fields.length !== 1 || field.name !== photoField || !field.isFile) {
    const received = fields.map(
      ({ name, isFile }) => `${JSON.stringify(name.slice(0, 40))} (${isFile ? 'a file' : 'text'})`,
    );
    throw new AppError(
      'invalid-multipart',
      `Expected a form with exactly one file, in the field "${photoField}", but received ${received.slice(0, 5).join(', ') || 'no field'}. Parameters go into the query.`,
    );
  }
  return field.bytes;
}

interface Field {
  readonly name: string;
  readonly isFile: boolean;
  readonly bytes: Uint8Array;
}

function readFields(body: Uint8Array, mediaType: string): Field[] {
  try {
    const boundary = getMultipartBoundary(mediaType);
    if (boundary === null) throw new Error('The boundary is missing.');
    const limits = { maxFileSize: body.length, maxTotalSize: body.length, maxParts };
    return Array.from(parseMultipart(body, { boundary, ...limits }), readField);
  } catch (cause) {
    throw new AppError(
      'invalid-multipart',
      'The form can not be read: its boundary is missing or does not match its parts, or it is cut short.',
      { cause },
    );
  }
}

function readField({ name, isFile, content }: MultipartPart): Field {
  // Of a message in one piece, a part is in one piece, too.
  return { name: name ?? '', isFile, bytes: content[0] ?? new Uint8Array(0) };
}
