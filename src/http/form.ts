import {
  getMultipartBoundary,
  type MultipartPart,
  parseMultipart,
} from '@remix-run/multipart-parser';
import { AppError } from '../errors.ts';

/** The fields of a form that hold photos; PHP and Rails put brackets behind names of several. */
const photoFields = ['image', 'images', 'image[]', 'images[]', 'photo'];

/** What `<petal-image>` says of its photo, in a form that a page of its own sends here. */
const widgetFields = /^(image|photo)\.(label|probability)$/;

/** More parts than this beside the photos are not read. */
const maxOtherParts = 20;

/** What a text field may take. */
const maxTextBytes = 10_000;

export interface Form {
  /** Views into the body: photos may be large, and are not copied. */
  readonly photos: readonly Uint8Array[];
  /** Text fields, in their order. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/**
 * Reads a form (multipart/form-data, RFC 7578): photos, and parameters as text
 * fields, so that a page without scripts can send them.
 *
 * @param body all of it
 * @param mediaType the header that says which boundary lies between the parts
 * @param maxPhotos one more is read, so that the caller sees that there are too many
 * @throws AppError `invalid-multipart`
 */
export function readForm(body: Uint8Array, mediaType: string, maxPhotos: number): Form {
  const photos: Uint8Array[] = [];
  const fields: [string, string][] = [];
  for (const { name, isFile, bytes } of readParts(body, mediaType, maxPhotos + maxOtherParts)) {
    if (widgetFields.test(name)) continue;
    if (photoFields.includes(name) && isFile) photos.push(bytes);
    else if (isFile || photoFields.includes(name)) {
      throw invalid(`received ${shown(name)} as ${isFile ? 'a file' : 'text'}`);
    } else if (bytes.length > maxTextBytes) {
      throw invalid(`received more than ${maxTextBytes} bytes of text in ${shown(name)}`);
    } else fields.push([name, new TextDecoder().decode(bytes)]);
  }
  if (photos.length === 0)
    throw invalid(
      `received ${
        fields
          .map(([name]) => shown(name))
          .slice(0, 5)
          .join(', ') || 'no field'
      }`,
    );
  return { photos, fields };
}

function invalid(received: string): AppError {
  return new AppError(
    'invalid-multipart',
    `Expected a form with one file or several in the field "image", and parameters as text fields, but ${received}.`,
  );
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 40));
}

interface Part {
  readonly name: string;
  readonly isFile: boolean;
  readonly bytes: Uint8Array;
}

function readParts(body: Uint8Array, mediaType: string, maxParts: number): Part[] {
  try {
    const boundary = getMultipartBoundary(mediaType);
    if (boundary === null) throw new Error('The boundary is missing.');
    const limits = { maxFileSize: body.length, maxTotalSize: body.length, maxParts };
    return Array.from(parseMultipart(body, { boundary, ...limits }), readPart);
  } catch (cause) {
    throw new AppError(
      'invalid-multipart',
      'The form can not be read: its boundary is missing or does not match its parts, it has too many parts, or it is cut short.',
      { cause },
    );
  }
}

function readPart({ name, isFile, content }: MultipartPart): Part {
  // Of a message in one piece, a part is in one piece, too.
  return { name: name ?? '', isFile, bytes: content[0] ?? new Uint8Array(0) };
}
