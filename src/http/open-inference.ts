import { type Context, Hono } from 'hono';
import type * as z from 'zod';
import {
  type InferAnswer,
  inferBody,
  inputTensors,
  type OutputName,
  outputNames,
  outputTensors,
} from '../contract/open-inference.ts';
import { maxImages } from '../contract/photos.ts';
import { AppError } from '../errors.ts';
import type { NumberArray } from '../json/number-array.ts';
import { nearestPixels } from '../mobilenet/pixels.ts';
import type { AnsweringModel } from '../pipeline/answering-model.ts';
import { admit, admitToModel } from './admission.ts';
import { modelOfVersion, type NamedModel, versionText } from './answering.ts';
import { compatible } from './compatible.ts';
import type { PetalEnv } from './context.ts';
import { readParameters } from './parameters.ts';
import type { AppParts } from './parts.ts';
import { respondToPhotos } from './photo-request.ts';
import { type AllProbabilities, probabilitiesQuestion, tensorQuestion } from './probabilities.ts';
import { base64Source, invalidJson, type PhotoSource, parse } from './received.ts';
import { answersOf } from './respond.ts';
import type { WaitingRoom } from './waiting-room.ts';

type InputTensor = z.output<typeof inferBody>['inputs'][number];

/**
 * /v2: the Open Inference Protocol, which KServe, Triton and others speak, for
 * one tensor of photos or of inputs. It has no place for a problem of one photo
 * of many: one that fails fails all.
 */
export function openInferenceRoutes(parts: AppParts, room: WaitingRoom) {
  const modelPaths = ['/v2/models/:model', '/v2/models/:model/versions/:version'];
  const guard = admitToModel(parts, room, 'model');
  const withSuffix = (suffix: string): string[] => modelPaths.map((path) => `${path}${suffix}`);
  return new Hono<PetalEnv>()
    .use('/v2/*', compatible)
    .on('GET', ['/v2', '/v2/'], (c) =>
      c.json({ name: 'petal', version: parts.version, extensions: [] }),
    )
    .get('/v2/health/live', (c) => c.json({ live: true }))
    .get('/v2/health/ready', (c) => {
      parts.network();
      return c.json({ live: true, ready: true });
    })
    .on('GET', modelPaths, guard, async (c) => {
      const { model } = await modelOf(c, parts);
      return c.json({
        name: model.name,
        versions: [versionText(model)],
        platform: 'tensorflow_js',
        inputs: Object.entries(inputTensors).map(([name, tensor]) => ({ name, ...tensor })),
        outputs: outputNames.map((name) => {
          const { datatype } = outputTensors[name];
          return { name, datatype, shape: [-1, ...rowShape(name, model)] };
        }),
      });
    })
    .on('GET', withSuffix('/ready'), guard, async (c) =>
      c.json({ name: (await modelOf(c, parts)).model.name, ready: true }),
    )
    .on('POST', withSuffix('/infer'), admit(parts, room, 'classify'), (c) => infer(c, parts));
}

/** What is asked, without the tensor. */
interface Asked {
  readonly id: string | undefined;
  readonly isTensor: boolean;
  readonly outputs: readonly OutputName[];
}

async function infer(c: Context<PetalEnv>, parts: AppParts): Promise<Response> {
  const { model } = await modelOf(c, parts);
  readParameters('infer', { query: new URL(c.req.url).searchParams });
  if (c.req.header('Inference-Header-Content-Length') !== undefined) throw binaryData();
  let asked: Asked = { id: undefined, isTensor: false, outputs: outputNames };
  return await respondToPhotos(c, parts, {
    protocol: {
      isJsonOnly: true,
      holdsNumbers: true,
      readPhotos(body) {
        const { id, inputs, outputs } = parse(inferBody, body);
        const [tensor] = inputs;
        const isTensor = tensor.datatype === 'FP32';
        const names = new Set(outputs?.map(({ name }) => name) ?? outputNames);
        asked = { id, isTensor, outputs: [...names] };
        const photos = sourcesOf(tensor);
        const members = [] as const;
        if (!isTensor) return { photos, isList: true, members };
        return { photos, isList: true, members, numbers: tensor.data.values };
      },
    },
    isAllOrNothing: true,
    ask() {
      const { id, isTensor, outputs } = asked;
      const question = (isTensor ? tensorQuestion : probabilitiesQuestion)(parts, model);
      return { ...question, layout: JSON.stringify([id, outputs]) };
    },
    respond(outcomes) {
      const { id, outputs } = asked;
      const rows = answersOf(outcomes);
      const answer: InferAnswer = {
        model_name: model.name,
        model_version: versionText(model),
        ...(id === undefined ? {} : { id }),
        outputs: outputs.map((name) => outputTensor(name, model, rows)),
      };
      return c.json(answer);
    },
  });
}

function modelOf(c: Context<PetalEnv>, parts: AppParts): Promise<NamedModel> {
  return modelOfVersion(c, parts, c.req.param('model'), c.req.param('version'));
}

/** What an output's tensor has for one photo. */
function rowShape(name: OutputName, { classes }: AnsweringModel): readonly number[] {
  return name === 'probabilities' ? [classes.length] : outputTensors[name].shape.slice(1);
}

function sourcesOf(tensor: InputTensor): PhotoSource[] {
  return tensor.datatype === 'FP32'
    ? slicesOf(tensor.data, tensor.shape)
    : photosOf(tensor.data.flat(), tensor.shape);
}

function photosOf(data: Parameters<typeof base64Source>[0][], shape: number[]): PhotoSource[] {
  const isColumn = shape.length === 2 && shape[1] === 1;
  if (!(shape.length === 1 || isColumn) || shape[0] !== data.length) {
    throw invalidJson(
      '/inputs/0/shape',
      `Expected the shape [${data.length}] for ${data.length} photos but received [${shape.join(', ')}].`,
    );
  }
  return data.map((text, i) => base64Source(text, `/inputs/0/data/${i}`));
}

/** One input a photo, as the network takes it; made anew of the tensor's numbers at each call. */
function slicesOf({ values, shape: nesting }: NumberArray, shape: number[]): PhotoSource[] {
  const [count, ...rest] = shape;
  const [, ...expected] = inputTensors.input.shape;
  const each = expected.reduce((product, length) => product * length, 1);
  if (rest.join() !== expected.join() || count > maxImages) {
    throw invalidJson(
      '/inputs/0/shape',
      `Expected the shape [n, ${expected.join(', ')}], n at most ${maxImages}, but received [${shape.join(', ')}].`,
    );
  }
  if (values.length !== count * each) {
    throw invalidJson(
      '/inputs/0/data',
      `Expected ${count * each} numbers for the shape [${shape.join(', ')}] but received ${values.length}.`,
    );
  }
  if (nesting.length > 1 && nesting.join() !== shape.join()) {
    throw invalidJson(
      '/inputs/0/data',
      `Expected numbers in one list, or nested as the shape [${shape.join(', ')}] says, but received them nested as [${nesting.join(', ')}].`,
    );
  }
  return Array.from({ length: count }, (_, i) => {
    const slice = values.subarray(i * each, (i + 1) * each);
    return { bytes: () => nearestPixels(slice) };
  });
}

function outputTensor(
  name: OutputName,
  model: AnsweringModel,
  rows: readonly AllProbabilities[],
): InferAnswer['outputs'][number] {
  const { datatype } = outputTensors[name];
  const data = {
    probabilities: () => rows.flatMap(({ probabilities }) => probabilities),
    embedding: () => rows.flatMap(({ embedding }) => embedding),
    class: () => rows.map(({ classIndex }) => classIndex),
    label: () => rows.map(({ label }) => label),
  }[name]();
  return { name, datatype, shape: [rows.length, ...rowShape(name, model)], data };
}

/** Triton's extension, which its own clients use unless told otherwise. */
function binaryData(): AppError {
  return new AppError(
    'invalid-json',
    'Expected all tensors within the JSON: this server has no binary tensor data extension (in tritonclient: binary_data=False).',
  );
}
