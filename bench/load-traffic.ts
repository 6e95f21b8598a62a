import type { ProblemCode } from '../src/errors.ts';
import { problems } from '../src/errors.ts';
import type { Random } from '../test/fuzz/random.ts';
import type { InvalidPhoto, ValidPhoto } from '../test/support/photo.ts';
import type { Connection, LoadAnswer, LoadRequest } from './load-exchange.ts';

/** A photo of the mix, with what has to be said of it. */
export interface KnownPhoto {
  readonly bytes: Buffer;
  readonly label: string;
  /** Of the answer to the photo alone, without parameters. */
  readonly entityTag: string;
}

/** What requests are made of. */
export interface Supplies {
  readonly photos: readonly KnownPhoto[];
  readonly refused: readonly { readonly bytes: Buffer; readonly code: ProblemCode }[];
}

/** A request with what has to come of it. */
export interface Call {
  readonly request: LoadRequest;
  /** @returns what is wrong with an answer, if anything */
  readonly complain: (answer: LoadAnswer) => string | undefined;
}

/** One kind of request. */
export interface Kind {
  readonly name: string;
  readonly group: 'good' | 'bad' | 'leaves';
  /** How often it comes, beside the others' weights. */
  readonly weight: number;
  readonly call: (random: Random, supplies: Supplies) => Call;
}

const classifyPath = '/v1/classify';
const jsonType = { 'Content-Type': 'application/json' };

/** Larger than the 20 MB that a body may have; zeros, as it is not looked at. */
const oversized = new Uint8Array(21_000_000);

/** The mix: every way in, what goes wrong, and clients that go away. */
export const kinds: readonly Kind[] = [
  {
    name: 'photo, seen before',
    group: 'good',
    weight: 12,
    call: (random, { photos }) => raw(random.pick(photos)),
  },
  {
    name: 'photo, new',
    group: 'good',
    weight: 20,
    call: (random, { photos }) => raw(renewed(random, random.pick(photos))),
  },
  {
    name: 'form, new',
    group: 'good',
    weight: 8,
    call: (random, { photos }) => form([renewed(random, random.pick(photos))]),
  },
  {
    name: 'form with 3 photos',
    group: 'good',
    weight: 3,
    call: (random, { photos }) => form([1, 2, 3].map(() => renewed(random, random.pick(photos)))),
  },
  {
    name: 'JSON, new',
    group: 'good',
    weight: 8,
    call: (random, { photos }) => {
      const photo = renewed(random, random.pick(photos));
      const body = Buffer.from(JSON.stringify({ image: photo.bytes.toString('base64') }));
      return post({ body, headers: jsonType }, saysLabel(photo.label));
    },
  },
  {
    name: 'JSON with 4, one bad',
    group: 'good',
    weight: 3,
    call: (random, { photos, refused }) => {
      const good = [1, 2, 3].map(() => renewed(random, random.pick(photos)));
      const bad = random.pick(refused);
      const images = [...good, bad].map(({ bytes }) => bytes.toString('base64'));
      const body = Buffer.from(JSON.stringify({ images }));
      const expected = [...good.map(({ label }) => label), bad.code];
      return post({ body, headers: jsonType }, listsAs(expected));
    },
  },
  {
    name: 'photo that is known (304)',
    group: 'good',
    weight: 6,
    call: (random, { photos }) => {
      const { bytes, entityTag } = random.pick(photos);
      return post({ body: bytes, headers: { 'If-None-Match': entityTag } }, hasStatus(304));
    },
  },
  {
    name: 'embed',
    group: 'good',
    weight: 5,
    call: (random, { photos }) => {
      const { bytes } = renewed(random, random.pick(photos));
      const path = '/v1/embed?encoding=base64&normalize=l2';
      return post({ path, body: bytes }, (answer) => {
        const { embedding = '' } = jsonOf(answer) as { embedding?: string };
        const length = Buffer.from(embedding, 'base64').length / 4;
        return hasStatus(200)(answer) ?? differs('numbers', length, 1280);
      });
    },
  },
  {
    name: 'explain',
    group: 'good',
    weight: 4,
    call: (random, { photos }) => {
      const { bytes, label } = renewed(random, random.pick(photos));
      return post({ path: '/v1/explain', body: bytes }, (answer) => {
        const { label: actual } = jsonOf(answer) as { label?: string };
        return hasStatus(200)(answer) ?? differs('label', actual, label);
      });
    },
  },
  {
    name: 'explain as PNG',
    group: 'good',
    weight: 1,
    call: (random, { photos }) => {
      const { bytes } = renewed(random, random.pick(photos));
      const headers = { Accept: 'image/png' };
      return post(
        { path: '/v1/explain', body: bytes, headers },
        (answer) =>
          hasStatus(200)(answer) ??
          differs('signature', answer.body.toString('latin1', 1, 4), 'PNG'),
      );
    },
  },
  {
    name: 'photo, slowly',
    group: 'good',
    weight: 2,
    call: (random, { photos }) => {
      const { request, complain } = raw(renewed(random, random.pick(photos)));
      return { request: { ...request, pace: { pieces: 8, pauseMs: 150 } }, complain };
    },
  },
  {
    name: 'GET /v1/models',
    group: 'good',
    weight: 2,
    call: () => ({ request: { method: 'GET', path: '/v1/models' }, complain: hasStatus(200) }),
  },
  {
    name: 'bad file',
    group: 'bad',
    weight: 10,
    call: (random, { refused }) => {
      const { bytes, code } = random.pick(refused);
      return post({ body: bytes }, isProblem(code));
    },
  },
  {
    name: 'bad parameter',
    group: 'bad',
    weight: 3,
    call: (random, { photos }) => {
      const query = random.pick(['top_k=0', 'fit=stretch', 'min_probability=2', 'labels=unicorn']);
      const { bytes } = random.pick(photos);
      return post(
        { path: `${classifyPath}?${query}`, body: bytes },
        isProblem('invalid-parameter'),
      );
    },
  },
  {
    name: 'bad JSON',
    group: 'bad',
    weight: 2,
    call: (random) => {
      const body = Buffer.from(random.pick(['{', '{}', '[1]', '{"image": 3}']));
      return post({ body, headers: jsonType }, isProblem('invalid-json'));
    },
  },
  {
    name: 'bad form',
    group: 'bad',
    weight: 2,
    call: (random, { photos }) => {
      const { request } = form([random.pick(photos)]);
      const body = (request.body ?? new Uint8Array(0)).subarray(0, 200);
      return { request: { ...request, body }, complain: isProblem('invalid-multipart') };
    },
  },
  {
    name: 'bad address, model or method',
    group: 'bad',
    weight: 2,
    call: (random, { photos }) => {
      const { bytes } = random.pick(photos);
      return random.pick([
        post({ path: `${classifyPath}?model=none`, body: bytes }, isProblem('model-not-found')),
        post({ path: '/v1/clasify', body: bytes }, isProblem('not-found')),
        {
          request: { method: 'DELETE', path: classifyPath },
          complain: isProblem('method-not-allowed'),
        },
      ]);
    },
  },
  {
    name: 'too large',
    group: 'bad',
    weight: 0.5,
    call: () => post({ body: oversized }, isProblem('payload-too-large')),
  },
  {
    name: 'leaves during the upload',
    group: 'leaves',
    weight: 4,
    call: (random, { photos }) => leaving(random, photos, random.integer(0, 9) / 10),
  },
  {
    name: 'leaves before the answer',
    group: 'leaves',
    weight: 4,
    call: (random, { photos }) => leaving(random, photos, 1),
  },
];

/**
 * Makes the mix's photos of the fixtures, and asks for the tags of their answers.
 *
 * @throws Error where a photo's answer isn't right
 */
export async function prepareSupplies(
  valid: readonly ValidPhoto[],
  invalid: readonly InvalidPhoto[],
  connection: Connection,
): Promise<Supplies> {
  const photos: KnownPhoto[] = [];
  for (const { base64, label } of valid) {
    const bytes = Buffer.from(base64, 'base64');
    const answer = await connection.exchange({ method: 'POST', path: classifyPath, body: bytes });
    const complaint = answer && saysLabel(label)(answer);
    if (complaint !== undefined) throw new Error(`A photo of ${label}: ${complaint}`);
    photos.push({ bytes, label, entityTag: String(answer?.headers.etag) });
  }
  const refused = invalid
    // In a list it is a photo like others, alone it is no body.
    .filter(({ code }) => code !== 'empty-body')
    // Alone, what begins with a brace is a JSON body.
    .filter(({ name }) => !name.endsWith('.json'))
    .map(({ base64, code }) => ({
      bytes: Buffer.from(base64, 'base64'),
      code: code as ProblemCode,
    }));
  return { photos, refused };
}

/** One kind, as often as its weight says. */
export function pickKind(random: Random, from: readonly Kind[]): Kind {
  const total = from.reduce((sum, { weight }) => sum + weight, 0);
  let at = (random.integer(0, 999_999) / 1_000_000) * total;
  for (const kind of from) {
    at -= kind.weight;
    if (at < 0) return kind;
  }
  return random.pick(from);
}

/** The same photo with another hash: no format is read beyond its end. */
function renewed(random: Random, photo: KnownPhoto): KnownPhoto {
  return { ...photo, bytes: Buffer.concat([photo.bytes, random.bytes(12)]) };
}

function post(
  request: Partial<LoadRequest>,
  complain: (answer: LoadAnswer) => string | undefined,
): Call {
  return { request: { method: 'POST', path: classifyPath, ...request }, complain };
}

function raw({ bytes, label }: KnownPhoto): Call {
  return post({ body: bytes }, saysLabel(label));
}

function form(photos: readonly KnownPhoto[]): Call {
  const boundary = 'a-boundary-of-no-photo';
  const parts = photos.flatMap(({ bytes }, i) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="${i}"\r\n\r\n`,
    ),
    bytes,
    Buffer.from('\r\n'),
  ]);
  const body = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  const headers = { 'Content-Type': `multipart/form-data; boundary=${boundary}` };
  const labels = photos.map(({ label }) => label);
  return post({ body, headers }, labels.length === 1 ? saysLabel(labels[0]) : listsAs(labels));
}

/** Whatever is answered in time is right or isn't, as for those who stay. */
function leaving(random: Random, photos: readonly KnownPhoto[], share: number): Call {
  const { request, complain } = raw(renewed(random, random.pick(photos)));
  const how = random.pick(['end', 'reset'] as const);
  return {
    request: { ...request, leaves: { share, afterMs: random.integer(0, 60), how } },
    complain,
  };
}

function hasStatus(status: number): (answer: LoadAnswer) => string | undefined {
  return (answer) => differs('status', answer.status, status, answer);
}

function saysLabel(label: string): (answer: LoadAnswer) => string | undefined {
  return (answer) => hasStatus(200)(answer) ?? differs('label', labelOf(jsonOf(answer)), label);
}

/** @param expected labels, or the codes of problems */
function listsAs(expected: readonly string[]): (answer: LoadAnswer) => string | undefined {
  return (answer) => {
    const { results = [] } = jsonOf(answer) as { results?: unknown[] };
    const actual = results.map((result) => labelOf(result) ?? codeOf(result));
    return hasStatus(200)(answer) ?? differs('results', actual.join(), expected.join());
  };
}

function isProblem(code: ProblemCode): (answer: LoadAnswer) => string | undefined {
  const { status } = problems[code];
  return (answer) =>
    hasStatus(status)(answer) ?? differs('code', (jsonOf(answer) as { code?: string }).code, code);
}

function labelOf(answer: unknown): string | undefined {
  return (answer as { predictions?: { label: string }[] }).predictions?.[0]?.label;
}

function codeOf(answer: unknown): string | undefined {
  return (answer as { problem?: { code: string } }).problem?.code;
}

function jsonOf({ body }: LoadAnswer): object {
  try {
    return JSON.parse(body.toString()) as object;
  } catch {
    return {};
  }
}

function differs(
  what: string,
  actual: unknown,
  expected: unknown,
  answer?: LoadAnswer,
): string | undefined {
  if (actual === expected) return undefined;
  const said = answer === undefined ? '' : ` (${answer.body.toString().slice(0, 200)})`;
  return `expected ${what} ${expected} but received ${actual}${said}`;
}
