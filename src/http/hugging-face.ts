import { Hono } from 'hono';
import { huggingFaceBody } from '../contract/hugging-face.ts';
import { admit } from './admission.ts';
import { modelsNamed } from './answering.ts';
import { classifyQuestion } from './classify.ts';
import { compatible } from './compatible.ts';
import type { PetalEnv } from './context.ts';
import { readParameters } from './parameters.ts';
import type { AppParts } from './parts.ts';
import { respondToPhotos } from './photo-request.ts';
import { base64Source, type JsonProtocol, parse } from './received.ts';
import { answersOf } from './respond.ts';
import type { WaitingRoom } from './waiting-room.ts';

/**
 * POST / and POST /models/{model}: image classification for Hugging Face's
 * clients (`endpointUrl`). An endpoint of one's own at Hugging Face is asked at
 * its root, the shared one under the model's name.
 */
export function huggingFaceRoutes(parts: AppParts, room: WaitingRoom) {
  return new Hono<PetalEnv>().on(
    'POST',
    ['/', '/models/:model'],
    compatible,
    admit(parts, room, 'classify'),
    (c) =>
      respondToPhotos(c, parts, {
        protocol: inputs,
        isAllOrNothing: true,
        async ask(received) {
          const reference = c.req.param('model');
          const models = await modelsNamed(
            c,
            parts,
            reference === undefined ? undefined : [reference],
          );
          const query = new URL(c.req.url).searchParams;
          const values = readParameters('classify', { query, ...received });
          const layout = `scores, ${received.isList ? 'lists' : 'list'}`;
          return { ...classifyQuestion(parts, models, values, 'json'), layout };
        },
        respond(outcomes, { isList }) {
          const lists = answersOf(outcomes).map((answer) =>
            ('models' in answer ? answer.models[0] : answer).predictions.map(
              ({ label, probability }) => ({ label, score: probability }),
            ),
          );
          return c.json(isList ? lists : lists[0]);
        },
      }),
  );
}

const inputs: JsonProtocol = {
  readPhotos: (body) => {
    const { inputs, parameters } = parse(huggingFaceBody, body);
    const isList = Array.isArray(inputs);
    const topK = parameters?.top_k;
    return {
      photos: isList
        ? inputs.map((text, i) => base64Source(text, `/inputs/${i}`))
        : [base64Source(inputs, '/inputs')],
      isList,
      members: topK === undefined || topK === null ? [] : [['top_k', topK]],
    };
  },
};
