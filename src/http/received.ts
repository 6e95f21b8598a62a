import type * as z from 'zod';
import { tokenField } from '../access/turnstile.ts';
import { maxImages, photosBody } from '../contract/photos.ts';
import { AppError } from '../errors.ts';
import { type Base64Text, decodeBase64Text } from '../json/base64-text.ts';
import { ascii, pointerOf } from '../json/cursor.ts';
import { defaultJsonLimits, type JsonValue, readJson } from '../json/read-json.ts';
import { type BodyLimits, readBody, releaseBody } from './body.ts';
import { readForm } from './form.ts';
import type { Lease } from './waiting-room.ts';

/** A photo as a request gives it. */
export type PhotoSource =
  /** @throws AppError where it is base64 and can't be decoded */
  { readonly bytes: () => Uint8Array } | { readonly url: string };

/** What a request brought. */
export interface Received {
  readonly photos: readonly PhotoSource[];
  /** Whether the answer is a list, even of one. */
  readonly isList: boolean;
  /** Text fields of a form. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Members of a JSON body but the photos. */
  readonly members: readonly (readonly [name: string, value: unknown])[];
  /** Memory that the photos of the body take, together. */
  readonly heldBytes: number;
  /** Of Turnstile. */
  readonly challengeToken?: string;
  /** Frees the body, and the photos that lie in it. */
  release(): void;
}

/**
 * Reads the photos out of a request: the body itself, the files of a form, or
 * what a JSON body holds or names. The declared media type decides only
 * between these; what a photo is, its bytes tell, and that a body is an object
 * of JSON, its first.
 *
 * @param protocol how a JSON body holds photos: as Petal has it, unless said otherwise
 * @throws AppError `empty-body`, `payload-too-large`, `invalid-multipart`, `invalid-json`,
 *   `too-many-images`, `upload-interrupted`, `upload-too-slow`, `overloaded`
 */
export async function receivePhotos(
  request: Request,
  limits: BodyLimits,
  lease: Lease,
  protocol: JsonProtocol = { readPhotos: photosOfBody },
): Promise<Received> {
  const body = await readBody(request, limits, lease);
  try {
    if (protocol.holdsNumbers) await lease.hold(body.buffer.byteLength + mostNumberBytes(body));
    const { numbers, ...read } = readPhotos(request, body, protocol);
    if (read.photos.length > maxImages) throw tooMany(read.photos.length);
    if (numbers !== undefined) releaseBody(body);
    const memory = numbers ?? body;
    const heldBytes = memory.buffer.byteLength;
    await lease.hold(heldBytes);
    return { ...read, heldBytes, release: () => releaseBody(memory) };
  } catch (error) {
    releaseBody(body);
    throw error;
  }
}

/** What the numbers of a JSON body may take: each has a digit and a comma at least. */
function mostNumberBytes(body: Uint8Array): number {
  return 4 * Math.min(body.length / 2, defaultJsonLimits.maxNumbers);
}

/** What a body holds. */
type Read = Omit<Received, 'heldBytes' | 'release'> & Pick<ReturnType<ReadPhotos>, 'numbers'>;

function readPhotos(request: Request, body: Uint8Array, protocol: JsonProtocol): Read {
  if (body.length === 0) throw emptyBody();
  const coding = request.headers.get('Content-Encoding') ?? 'identity';
  if (coding.toLowerCase() !== 'identity') throw compressed(coding);
  const mediaType = request.headers.get('Content-Type') ?? '';
  const token = request.headers.get(tokenField);
  const challenge = token === null ? {} : { challengeToken: token };
  const nothingElse = { fields: [], members: [], ...challenge };
  if (/^multipart\/form-data\b/i.test(mediaType) && !protocol.isJsonOnly) {
    return readFormPhotos(body, mediaType, nothingElse);
  }
  if (isJson(mediaType, body) || protocol.isJsonOnly) {
    return { ...nothingElse, ...protocol.readPhotos(readJson(body)) };
  }
  return { photos: [{ bytes: () => body }], isList: false, ...nothingElse };
}

/** Said by its media type, or by its first byte: `curl -d` names a form's type, and no photo begins with a brace. */
function isJson(mediaType: string, body: Uint8Array): boolean {
  return /^application\/([\w.-]+\+)?json\b/i.test(mediaType) || body[0] === ascii.openBrace;
}

function readFormPhotos(
  body: Uint8Array,
  mediaType: string,
  others: Pick<Received, 'fields' | 'members'>,
): Read {
  const form = readForm(body, mediaType, maxImages);
  const token = form.fields.find(([name]) => name === tokenField)?.[1];
  return {
    ...others,
    ...(token === undefined ? {} : { challengeToken: token }),
    photos: form.photos.map((bytes) => ({ bytes: () => bytes })),
    isList: form.photos.length > 1,
    fields: form.fields.filter(([name]) => name !== tokenField),
  };
}

/** Finds the photos that a JSON body holds. */
type ReadPhotos = (body: JsonValue) => Pick<Received, 'photos' | 'isList' | 'members'> & {
  /** The memory of the photos where it is not that of the body, which isn't needed any more then. */
  readonly numbers?: Float32Array;
};

/** How a JSON body holds photos. */
export interface JsonProtocol {
  readonly readPhotos: ReadPhotos;
  /** Whether numbers are kept for longer than the reading takes. */
  readonly holdsNumbers?: boolean;
  /** Whether there are no other bodies: whatever media type they are sent with, or none, is no matter. */
  readonly isJsonOnly?: boolean;
}

function photosOfBody(body: JsonValue): ReturnType<ReadPhotos> {
  const { image, url, images } = parse(photosBody, body);
  if ([image, url, images].filter((value) => value !== undefined).length !== 1) {
    throw invalidJson('', 'Expected exactly one of "image", "url" and "images".');
  }
  const sources = images ?? (image === undefined ? [{ url: url ?? '' }] : [{ image }]);
  return {
    photos: sources.map((source, i) => {
      if (typeof source === 'object' && 'url' in source) return { url: source.url };
      const isWrapped = typeof source === 'object' && 'image' in source;
      const text = isWrapped ? source.image : source;
      const place = images === undefined ? '' : `/images/${i}`;
      const pointer = images === undefined || isWrapped ? `${place}/image` : place;
      return base64Source(text, pointer);
    }),
    isList: images !== undefined,
    // Not out of what was parsed: zod passes over a member that is called __proto__.
    members: Object.entries(body ?? {}).filter(([name]) => !Object.hasOwn(photosBody.shape, name)),
  };
}

/** A photo that JSON holds as base64. */
export function base64Source(text: string | Base64Text, pointer: string): PhotoSource {
  return { bytes: () => decodeBase64Text(text, pointer) };
}

/**
 * Checks JSON by its schema.
 *
 * @throws AppError `invalid-json`
 */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw invalidJson(pointerOf(issue.path), `${issue.message}.`);
}

export function invalidJson(pointer: string, sentence: string): AppError {
  return new AppError('invalid-json', sentence, { facts: { pointer } });
}

function emptyBody(): AppError {
  return new AppError(
    'empty-body',
    'The request holds no photo, or one of 0 bytes. Send the bytes of a photo as the body, a form with the photo in the field "image", or JSON with "image" or "url".',
  );
}

/** RFC 9110, 8.4 and 15.5.16: photos are compressed by themselves. */
function compressed(coding: string): AppError {
  return new AppError(
    'unsupported-media-type',
    `The body is compressed (Content-Encoding: ${coding.slice(0, 40)}), and is not read so. Send it as it is.`,
    { facts: { contentEncoding: coding.slice(0, 40) } },
  );
}

function tooMany(count: number): AppError {
  return new AppError(
    'too-many-images',
    `The request holds ${count} photos or more; send at most ${maxImages} at once.`,
    { facts: { limitImages: maxImages } },
  );
}
