import { Hono } from 'hono';
import { huggingFaceBody } from '../contract/hugging-face.ts';
import { admit } from './admission.ts';
import { answerPhotos } from './answers.ts';
import { classifyQuestion } from './classify.ts';
import { compatible } from './compatible.ts';
import type { PetalEnv } from './context.ts';
import { networkNamed } from './models.ts';
import { readParameters } from './parameters.ts';
import type { AppParts } from './parts.ts';
import { receive } from './receive.ts';
import { base64Source, type JsonProtocol, parse } from './received.ts';
import { notModified, setAnswerHeaders } from './respond.ts';
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
    async (c) => {
      const received = await receive(c, parts, inputs);
      try {
        const network = networkNamed(c, parts, c.req.param('model'));
        const query = new URL(c.req.url).searchParams;
        const values = readParameters('classify', { query, members: received.members });
        const question = {
          ...classifyQuestion(parts, network, values, 'json'),
          layout: `scores, ${received.isList ? 'lists' : 'list'}`,
        };
        // Their lists have no place for a problem: one photo that fails fails all.
        const answered = await answerPhotos(c, parts, { ...received, isList: false }, question);
        setAnswerHeaders(c, answered);
        if (answered.isNotModified) return notModified(c);
        const lists = answered.outcomes.map((outcome) =>
          'answer' in outcome
            ? outcome.answer.predictions.map(({ label, probability }) => ({
                label,
                score: probability,
              }))
            : [],
        );
        return c.json(received.isList ? lists : lists[0]);
      } finally {
        received.release();
      }
    },
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
