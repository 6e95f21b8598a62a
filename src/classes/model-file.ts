import { toDotPath } from 'zod/v4/core';
import { AppError } from '../errors.ts';
import { readPlainJson } from '../json/read-plain-json.ts';
import { type LayerWeights, layerTensors, layerWeights } from '../mobilenet/artifact.ts';
import type { Block } from '../mobilenet/layer-table.ts';
import type { Tail } from '../mobilenet/tail.ts';
import {
  type NamedTensor,
  openSafetensors,
  type Safetensors,
  writeSafetensors,
} from '../safetensors.ts';
import { embeddingLength, type Head } from './head.ts';
import { type Manifest, manifest as manifestSchema, maxLabels } from './manifest.ts';

/**
 * A user's model: a head, and the blocks of the backbone that were fine-tuned
 * for it, if any. One safetensors file with the manifest as its metadata; a
 * head is 5 kB a label, a tuned block some hundred kB.
 */
export interface CustomModel {
  readonly manifest: Manifest;
  readonly head: Head;
  /** Missing where the backbone is used as it is. */
  readonly tail?: Tail;
}

const largestWeight = 10_000;

/** A manifest may come from anybody. One of a thousand labels has about three megabytes. */
const manifestLimits = {
  maxBytes: 4_000_000,
  // The manifest, its metrics, a list of labels, a label's row.
  maxDepth: 4,
  maxLength: maxLabels,
  // Each label's name, its row of metrics with four values, and its row of the confusion matrix.
  maxValues: 8 * maxLabels + 100,
  // The confusion matrix, the examples of each label, and an interval.
  maxNumbers: maxLabels * (maxLabels + 2),
};

/** What zod says may quote all of a stranger's names. */
const maxReasonLength = 300;

/** What a file is checked against: the backbone that it would be used with. */
export interface BackboneIdentity {
  readonly model: string;
  readonly sha256: string;
  readonly blocks: readonly Block[];
}

/**
 * Writes a model's file. The same model gives the same bytes.
 *
 * @throws Error where the manifest is not valid, or head, labels and tail don't fit together
 */
export function writeModelFile({ manifest, head, tail }: CustomModel): Uint8Array<ArrayBuffer> {
  const layers = tail?.blocks.flatMap(({ layers }) => layers) ?? [];
  const tuned = tail === undefined ? [] : layerTensors(layers, tail.weightsOf);
  // Four bytes an element first.
  const floats = tuned.filter(({ values }) => values.BYTES_PER_ELEMENT === 4);
  const ints = tuned.filter(({ values }) => values.BYTES_PER_ELEMENT === 1);
  // In the schema's order of keys, whatever order they came in.
  const text = JSON.stringify(manifestSchema.parse(manifest));
  return writeSafetensors({ format: manifest.format, manifest: text }, [
    ...headTensors(head, manifest.labels.length),
    ...floats,
    ...ints,
  ]);
}

function headTensors(head: Head, labelCount: number): NamedTensor[] {
  if (head.kind === 'softmax') {
    return [
      { name: 'head.weights', shape: [labelCount, embeddingLength], values: head.weights },
      { name: 'head.biases', shape: [labelCount], values: head.biases },
    ];
  }
  const examples = head.labelIndices.length;
  return [
    { name: 'head.examples', shape: [examples, embeddingLength], values: head.examples },
    { name: 'head.label_indices', shape: [examples], values: head.labelIndices },
  ];
}

/**
 * Reads a model's file, which may come from anybody: everything in it is
 * checked before it is used.
 *
 * @param buffer the whole file; the model's arrays are views of it
 * @param sha256 of the file
 * @throws AppError `invalid-model` with what is wrong, and `model-mismatch` where it was made for another backbone
 */
export function readModelFile(
  buffer: ArrayBuffer,
  backbone: BackboneIdentity,
  sha256: string,
): CustomModel {
  try {
    const file = openSafetensors(buffer);
    const manifest = readManifest(file);
    if (manifest.backbone.sha256 !== backbone.sha256) {
      throw new AppError(
        'model-mismatch',
        `The model was made for the backbone ${manifest.backbone.model} with the SHA-256 ${manifest.backbone.sha256}, but this Petal has ${backbone.model} with ${backbone.sha256}. Train it again with this version of Petal.`,
        { facts: { expected: backbone.sha256, received: manifest.backbone.sha256 } },
      );
    }
    const head = readHead(file, manifest);
    const tail = readTail(file, manifest, backbone.blocks, sha256);
    return { manifest, head, ...(tail === undefined ? {} : { tail }) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('invalid-model', `The file is not a model of Petal's: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * What a model's file says of itself.
 *
 * @throws Error with a sentence where it says nothing, or nothing valid
 */
export function readManifest({ metadata }: Safetensors): Manifest {
  if (metadata.manifest === undefined) throw new Error('It has no manifest.');
  const read = manifestSchema.safeParse(parseManifest(metadata.manifest));
  if (read.success) return read.data;
  const { message, path } = read.error.issues[0];
  const where = path.length === 0 ? '' : ` at ${toDotPath(path)}`;
  throw new Error(`Its manifest is not valid${where}: ${message.slice(0, maxReasonLength)}.`);
}

function parseManifest(text: string): unknown {
  try {
    return readPlainJson(new TextEncoder().encode(text), manifestLimits);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Its manifest can't be read. ${reason}`, { cause });
  }
}

function readHead(file: Safetensors, { head, labels }: Manifest): Head {
  if (head.kind === 'softmax') {
    return {
      ...head,
      weights: bounded(
        'head.weights',
        file.float32('head.weights', [labels.length, embeddingLength]),
      ),
      biases: bounded('head.biases', file.float32('head.biases', [labels.length])),
    };
  }
  const examples = file.shape('head.label_indices')?.[0];
  if (examples === undefined) throw new Error('Its head compares with examples, but has none.');
  const labelIndices = file.int32('head.label_indices', [examples]);
  if (!labelIndices.every((index) => index >= 0 && index < labels.length)) {
    throw new Error('An example has a label that the manifest does not name.');
  }
  return {
    ...head,
    examples: bounded('head.examples', file.float32('head.examples', [examples, embeddingLength])),
    labelIndices,
  };
}

function readTail(
  file: Safetensors,
  { firstTunedBlock }: Manifest,
  blocks: readonly Block[],
  sha256: string,
): Tail | undefined {
  if (firstTunedBlock === undefined) return undefined;
  // The classifier is what a head stands in for.
  const candidates = blocks.slice(0, -1);
  const first = candidates.findIndex(({ name }) => name === firstTunedBlock);
  if (first < 1) throw new Error(`The backbone has no block "${firstTunedBlock}" to be tuned.`);
  const tuned = candidates.slice(first);
  const weights = new Map<string, LayerWeights>();
  for (const layer of tuned.flatMap(({ layers }) => layers)) {
    const read = layerWeights(file, layer);
    bounded(`${layer.name}.scales`, read.scales);
    bounded(`${layer.name}.biases`, read.biases);
    weights.set(layer.name, read);
  }
  return {
    sha256,
    blocks: tuned,
    weightsOf(layer) {
      const found = weights.get(layer.name);
      if (found === undefined) throw new Error(`The model has no layer ${layer.name}.`);
      return found;
    },
  };
}

/**
 * Numbers that no trained model has are refused: sums of them could overflow, and what is not finite
 * is taken for a broken network, which is everybody's.
 */
function bounded(name: string, values: Float32Array): Float32Array {
  if (values.every((value) => Math.abs(value) <= largestWeight)) return values;
  throw new Error(
    `The tensor ${name} holds a number that is not finite, or beyond ${largestWeight}.`,
  );
}
