import { type Context, Hono } from 'hono';
import type { EmbedAnswer, EmbedResults } from '../contract/answers.ts';
import type { Encoding, operationParameters, ParameterValues } from '../contract/parameters.ts';
import { normalised } from '../mobilenet/embedding.ts';
import { analyseImage } from '../pipeline/analyse-image.ts';
import type { AnsweringModel } from '../pipeline/answering-model.ts';
import { identityOf } from '../pipeline/described-answer.ts';
import { admit } from './admission.ts';
import { modelNamed, referenceOf } from './answering.ts';
import type { Question } from './answers.ts';
import type { PetalEnv } from './context.ts';
import { declared, type PhotosRequest, typed } from './declared.ts';
import { representations } from './negotiation.ts';
import { readParameters } from './parameters.ts';
import type { AppParts } from './parts.ts';
import { respondToPhotos } from './photo-request.ts';
import { listItems } from './respond.ts';
import type { WaitingRoom } from './waiting-room.ts';

type Name = (typeof operationParameters.embed)[number];

/** POST /v1/embed: photos in, vectors out, for search and for classes of one's own. */
export function embedRoutes(parts: AppParts, room: WaitingRoom) {
  return new Hono<PetalEnv>().post(
    '/v1/embed',
    admit(parts, room, 'classify'),
    declared<PhotosRequest<Name>>(),
    (c) => typed<EmbedAnswer | EmbedResults>(embed(c, parts)),
  );
}

function embed(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const query = new URL(c.req.url).searchParams;
  // What is wrong here is refused before the photo is read.
  readParameters('embed', { query });
  return respondToPhotos(c, parts, {
    async ask(received) {
      const values = readParameters('embed', { query, ...received });
      const { model } = await modelNamed(c, parts, values.model);
      return embedQuestion(parts, model, values);
    },
    respond(outcomes, { isList }) {
      const items = listItems(c, outcomes);
      return c.json(isList ? { results: items } : items[0]);
    },
  });
}

function embedQuestion(
  { clock, config: limits, network }: AppParts,
  model: AnsweringModel,
  values: ParameterValues<Name>,
): Question<EmbedAnswer> {
  const pipeline = { network: network(), limits, now: clock.now };
  const options = { fit: values.fit, sources: [model.source] };
  return {
    text: JSON.stringify(['embed', { ...values, model: referenceOf(model) }]),
    modelSha256: model.sha256,
    representation: representations.json,
    isJson: true,
    answer({ bytes, budget }) {
      const parts = { ...pipeline, budget };
      const { readings, image, durationsMs } = analyseImage(parts, bytes, options);
      const [{ embedding }] = readings;
      const vector = values.normalize === 'l2' ? normalised(embedding) : embedding;
      return {
        durationsMs,
        answer: {
          ...identityOf(model),
          embedding: encode(vector, values.encoding),
          dimensions: 1280,
          image,
        },
      };
    },
  };
}

function encode(vector: Float32Array, encoding: Encoding): number[] | string {
  if (encoding === 'float') return Array.from(vector);
  const bytes = new Uint8Array(vector.length * 4);
  const view = new DataView(bytes.buffer);
  // Whatever the machine's order of bytes.
  for (const [i, value] of vector.entries()) view.setFloat32(i * 4, value, true);
  return bytes.toBase64();
}
