import { AppError } from '../errors.ts';

/** The field of a form that holds the photo. */
const photoField = 'image';

/**
 * Reads the photo out of a request: the body itself, or the one file of a
 * form. A declared media type decides only between these two; what the photo
 * is, its bytes tell.
 *
 * @param maxBytes the largest body, form included
 * @throws AppError `empty-body`, `payload-too-large`, `invalid-multipart`, `upload-interrupted`
 */
export async function readPhoto(request: Request, maxBytes: number): Promise<Uint8Array> {
  const body = await readBody(request, maxBytes);
  const mediaType = request.headers.get('Content-Type') ?? '';
  const photo =
    /^multipart\/form-data\b/i.test(mediaType) && body.length > 0
      ? await readForm(body, mediaType)
      : body;
  if (photo.length === 0) {
    throw new AppError(
      'empty-body',
      `The request holds no photo, or one of 0 bytes. Send the photo's bytes as the body, or a form with the photo in the field "${photoField}".`,
    );
  }
  return photo;
}

/**
 * A body over the limit is read on, and thrown away, up to this many times the
 * limit: a client that is still sending would otherwise find the connection
 * closed instead of the answer that says why (RFC 9112, 9.6).
 */
const drainedLimits = 4;

/** What is set aside for a body at first; enough for most photos from forms. */
const firstBytes = 1_000_000;

/** Reads a body of up to `maxBytes`, whatever its Content-Length says, and keeps no more than that. */
async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const declaredBytes = Number(request.headers.get('Content-Length') ?? 0);
  if (declaredBytes > drainedLimits * maxBytes) throw tooLarge(maxBytes);
  if (request.body === null) return new Uint8Array(0);

  // Grows as the body comes: memory is not handed out on a client's word.
  let bytes = new Uint8Array(Math.min(Math.max(declaredBytes, 1), maxBytes, firstBytes));
  let length = 0;
  for await (const chunk of uninterrupted(request.body)) {
    const end = length + chunk.length;
    if (end > drainedLimits * maxBytes) throw tooLarge(maxBytes);
    if (end > maxBytes) {
      bytes = new Uint8Array(0);
    } else {
      if (end > bytes.length) bytes = grown(bytes, Math.min(Math.max(end, 2 * length), maxBytes));
      bytes.set(chunk, length);
    }
    length = end;
  }
  if (length > maxBytes) throw tooLarge(maxBytes);
  return bytes.subarray(0, length);
}

function grown(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length);
  larger.set(bytes);
  return larger;
}

/** The chunks of a body; a client that goes away meanwhile is no failure of ours. */
async function* uninterrupted(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw new AppError(
      'upload-interrupted',
      'The connection broke off before the photo was there.',
      {
        cause,
      },
    );
  }
}

function tooLarge(limitBytes: number): AppError {
  return new AppError(
    'payload-too-large',
    `The request is larger than ${limitBytes / 1e6} MB. Reduce the photo: a side of 1000 pixels is plenty.`,
    { facts: { limitBytes } },
  );
}

async function readForm(body: Uint8Array<ArrayBuffer>, mediaType: string): Promise<Uint8Array> {
  const entries = await parseForm(body, mediaType);
  const [entry] = entries;
  if (entries.length !== 1 || entry[0] !== photoField || typeof entry[1] === 'string') {
    const received = entries.map(
      ([name, value]) =>
        `${JSON.stringify(name.slice(0, 40))} (${typeof value === 'string' ? 'text' : 'a file'})`,
    );
    throw new AppError(
      'invalid-multipart',
      `Expected a form with exactly one file, in the field "${photoField}", but received ${received.slice(0, 5).join(', ') || 'no field'}. Parameters go into the query.`,
    );
  }
  return new Uint8Array(await entry[1].arrayBuffer());
}

/** The runtime's own multipart parser, on a body whose size is known to be bounded. */
async function parseForm(
  body: Uint8Array<ArrayBuffer>,
  mediaType: string,
): Promise<[string, File | string][]> {
  try {
    const form = await new Response(body, { headers: { 'Content-Type': mediaType } }).formData();
    return [...form];
  } catch (cause) {
    throw new AppError(
      'invalid-multipart',
      'The form can not be read: its boundary is missing or does not match its parts, or it is cut short.',
      { cause },
    );
  }
}
