import { Hono } from 'hono';
import { type PredictRow, predictBody } from '../contract/tf-serving.ts';
import { AppError } from '../errors.ts';
import { admit } from './admission.ts';
import { answerPhotos } from './answers.ts';
import { compatible } from './compatible.ts';
import type { PetalEnv } from './context.ts';
import { networkNamed } from './models.ts';
import type { AppParts } from './parts.ts';
import { probabilitiesQuestion } from './probabilities.ts';
import { receive } from './receive.ts';
import { base64Source, invalidJson, type JsonPhotosReader, parse } from './received.ts';
import { notModified, setAnswerHeaders } from './respond.ts';
import type { WaitingRoom } from './waiting-room.ts';

const verb = ':predict';

/**
 * POST /v1/models/{model}:predict and GET /v1/models/{model}/metadata for clients of TensorFlow
 * Serving's REST API. The status of a model is part of what GET /v1/models/{model} says.
 */
export function tfServingRoutes(parts: AppParts, room: WaitingRoom) {
  return new Hono<PetalEnv>().post(
    '/v1/models/:target{[^/]+:predict}',
    compatible,
    admit(parts, room, 'classify'),
    async (c) => {
      const name = c.req.param('target').slice(0, -verb.length);
      const network = networkNamed(c, parts, name);
      const received = await receive(c, parts, readInstances);
      try {
        if (received.members.format === undefined) throw notJson();
        const question = probabilitiesQuestion(parts, network);
        const answered = await answerPhotos(c, parts, { ...received, isList: false }, question);
        setAnswerHeaders(c, answered);
        if (answered.isNotModified) return notModified(c);
        const rows = answered.outcomes.flatMap((outcome): PredictRow[] => {
          if (!('answer' in outcome)) return [];
          const { classIndex: classes, label, probabilities } = outcome.answer;
          return [{ classes, label, probabilities: [...probabilities] }];
        });
        return c.json(received.members.format === 'rows' ? { predictions: rows } : columns(rows));
      } finally {
        received.release();
      }
    },
  );
}

/** The columnar format. */
function columns(rows: readonly PredictRow[]) {
  return {
    outputs: {
      classes: rows.map(({ classes }) => classes),
      label: rows.map(({ label }) => label),
      probabilities: rows.map(({ probabilities }) => probabilities),
    },
  };
}

const readInstances: JsonPhotosReader = (body) => {
  const { instances, inputs } = parse(predictBody, body);
  if ((instances === undefined) === (inputs === undefined)) {
    throw invalidJson('', 'Expected exactly one of "instances" and "inputs".');
  }
  const [name, list] = instances === undefined ? ['inputs', inputs] : ['instances', instances];
  const rows = Array.isArray(list) ? list : [list];
  return {
    photos: rows.map((row, i) => {
      const isNamed = row !== undefined && 'image_bytes' in row;
      const text = isNamed ? row.image_bytes.b64 : (row?.b64 ?? '');
      const place = Array.isArray(list) ? `/${name}/${i}` : `/${name}`;
      return base64Source(text, `${place}${isNamed ? '/image_bytes' : ''}/b64`);
    }),
    isList: true,
    members: { format: instances === undefined ? 'columns' : 'rows' },
  };
};

function notJson(): AppError {
  return new AppError(
    'invalid-json',
    'Expected JSON with "instances" and the header Content-Type: application/json.',
  );
}
