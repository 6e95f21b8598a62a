import { type Context, Hono } from 'hono';
import {
  type MetadataAnswer,
  type PredictRow,
  predictBody,
  signature,
} from '../contract/tf-serving.ts';
import type { AnsweringModel } from '../pipeline/answering-model.ts';
import { admit, admitToModel } from './admission.ts';
import { modelOfVersion, versionText } from './answering.ts';
import { compatible } from './compatible.ts';
import type { PetalEnv } from './context.ts';
import { describeVersions } from './model-status.ts';
import { readParameters } from './parameters.ts';
import type { AppParts } from './parts.ts';
import { respondToPhotos } from './photo-request.ts';
import { probabilitiesQuestion } from './probabilities.ts';
import { base64Source, invalidJson, type JsonProtocol, parse, type Received } from './received.ts';
import { answersOf } from './respond.ts';
import type { WaitingRoom } from './waiting-room.ts';

const verb = ':predict';

/**
 * For clients of TensorFlow Serving's REST API: POST /v1/models/{model}:predict,
 * GET /v1/models/{model}/metadata, and both, with the status, under
 * /v1/models/{model}/versions/1. The status of a model is part of what
 * GET /v1/models/{model} says.
 */
export function tfServingRoutes(parts: AppParts, room: WaitingRoom) {
  const guard = admitToModel(parts, room, 'model');
  return new Hono<PetalEnv>()
    .use('/v1/models/*', compatible)
    .get('/v1/models/:model/versions/:version', guard, async (c) => {
      const { model, version } = c.req.param();
      return c.json(describeVersions((await modelOfVersion(c, parts, model, version)).model));
    })
    .on(
      'GET',
      ['/v1/models/:model/metadata', '/v1/models/:model/versions/:version/metadata'],
      guard,
      async (c) => {
        const { model, version } = c.req.param();
        return c.json(describeSignature((await modelOfVersion(c, parts, model, version)).model));
      },
    )
    .post('/v1/models/:target{[^/]+:predict}', admit(parts, room, 'classify'), (c) =>
      predict(c, parts, c.req.param('target').slice(0, -verb.length)),
    )
    .post(
      '/v1/models/:model/versions/:target{[^/]+:predict}',
      admit(parts, room, 'classify'),
      (c) => predict(c, parts, c.req.param('model'), c.req.param('target').slice(0, -verb.length)),
    );
}

/** Clients send their JSON as whatever: `curl -d` as a form, Python's requests without a type. */
const instances: JsonProtocol = { readPhotos: readInstances, isJsonOnly: true };

async function predict(
  c: Context<PetalEnv>,
  parts: AppParts,
  name: string,
  version?: string,
): Promise<Response> {
  const named = await modelOfVersion(c, parts, name, version);
  readParameters('infer', { query: new URL(c.req.url).searchParams });
  return await respondToPhotos(c, parts, {
    protocol: instances,
    isAllOrNothing: true,
    ask(received) {
      const layout = isByRows(received) ? 'rows' : 'columns';
      return { ...probabilitiesQuestion(parts, named.model), layout };
    },
    respond(outcomes, received) {
      const rows = answersOf(outcomes).map(
        ({ classIndex: classes, label, probabilities }): PredictRow => ({
          classes,
          label,
          probabilities: [...probabilities],
        }),
      );
      return c.json(isByRows(received) ? { predictions: rows } : columns(rows));
    },
  });
}

function isByRows({ members }: Received): boolean {
  return members.some(([name]) => name === 'instances');
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

function readInstances(body: unknown): ReturnType<JsonProtocol['readPhotos']> {
  const { instances, inputs } = parse(predictBody, body);
  if ((instances === undefined) === (inputs === undefined)) {
    throw invalidJson('', 'Expected exactly one of "instances" and "inputs".');
  }
  const isRows = instances !== undefined;
  const isNamed = inputs !== undefined && 'image_bytes' in inputs;
  const place = isRows ? '/instances' : `/inputs${isNamed ? '/image_bytes' : ''}`;
  const values = instances ?? (isNamed ? inputs.image_bytes : (inputs ?? []));
  const list = Array.isArray(values) ? values : [values];
  return {
    photos: list.map((value, i) => {
      const at = Array.isArray(values) ? `${place}/${i}` : place;
      return 'image_bytes' in value
        ? base64Source(value.image_bytes.b64, `${at}/image_bytes/b64`)
        : base64Source(value.b64, `${at}/b64`);
    }),
    isList: true,
    members: [[isRows ? 'instances' : 'inputs', list.length]],
  };
}

function describeSignature(model: AnsweringModel): MetadataAnswer {
  const { inputs, outputs } = signature;
  return {
    model_spec: { name: model.name, signature_name: '', version: versionText(model) },
    metadata: {
      signature_def: {
        signature_def: {
          serving_default: {
            inputs: describeTensors(inputs),
            outputs: describeTensors({
              ...outputs,
              probabilities: { ...outputs.probabilities, shape: [-1, model.classes.length] },
            }),
            method_name: 'tensorflow/serving/predict',
          },
        },
      },
    },
  };
}

type TensorInfos =
  MetadataAnswer['metadata']['signature_def']['signature_def']['serving_default']['inputs'];
type DataType = TensorInfos[string]['dtype'];

function describeTensors(
  tensors: Readonly<Record<string, { dtype: DataType; shape: readonly number[] }>>,
): TensorInfos {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape }]) => {
      // Protobuf's JSON has integers of 64 bits as text.
      const dim = shape.map((length) => ({ size: String(length), name: '' as const }));
      return [name, { dtype, tensor_shape: { dim, unknown_rank: false }, name: `${name}:0` }];
    }),
  );
}
