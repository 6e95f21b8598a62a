import classNames from '../../model/classes.json' with { type: 'json' };
import { readModelFile } from '../classes/model-file.ts';
import { readConfig } from '../config.ts';
import { parameters } from '../contract/parameters.ts';
import { AppError } from '../errors.ts';
import type { LoadedNetwork } from '../mobilenet/network.ts';
import { type AnsweringModel, backboneModel, customModel } from '../pipeline/answering-model.ts';
import { classifyImage } from '../pipeline/classify-image.ts';
import { describeAnswer, describePhoto } from '../pipeline/described-answer.ts';
import type { LocalAnswer } from './local-network.ts';
import type { PhotoRequest, RequestedModel } from './messages.ts';

/** Classifies photos as POST /v1/classify does, on the same pipeline. */
export class PhotoClassifier {
  /** As a server of Petal's without variables: it says the same of the same photo. */
  readonly #config = readConfig({});
  readonly #network: LoadedNetwork;
  readonly #backboneModel: AnsweringModel;
  /** The file of a user's model that was asked with last. */
  #file: { readonly id: number; readonly contents: ArrayBuffer } | undefined;
  /** The same, read. */
  #model: AnsweringModel | undefined;

  /** @param network is used, and not disposed of */
  constructor(network: LoadedNetwork) {
    this.#network = network;
    const { unknownProbability, unknownMargin } = this.#config;
    this.#backboneModel = backboneModel(
      network,
      classNames.map(({ names, wnid }) => ({ label: names[0], wnid })),
      { minTopProbability: unknownProbability, minMargin: unknownMargin },
    );
  }

  /**
   * @throws AppError as the server's refusal
   * @throws Error where the network broke; it can't be used afterwards
   */
  async classify(request: PhotoRequest): Promise<LocalAnswer> {
    const { photo, heatmaps } = request;
    const topK = readOption('top_k', request.topK);
    const minProbability = readOption('min_probability', request.minProbability);
    const model = this.#modelOf(request.model);
    const bytes = await readBytes(photo);
    const parts = { network: this.#network, limits: this.#config, now: () => performance.now() };
    const { image, view, durationsMs, ...answer } = classifyImage(parts, bytes, model, {
      topK,
      minProbability,
      fit: 'crop',
      heatmaps,
    });
    return {
      answer: { ...describeAnswer(model, answer), ...describePhoto({ image, view }, heatmaps) },
      durationsMs,
    };
  }

  #modelOf(requested: RequestedModel | undefined): AnsweringModel {
    if (requested === undefined) return this.#backboneModel;
    const { name, version, fileId, file } = requested;
    if (file !== undefined) {
      this.#file = { id: fileId, contents: file };
      this.#model = undefined;
    }
    if (this.#file?.id !== fileId) throw new Error('The file of the model is not here.');
    if (this.#model?.name !== name || this.#model.version !== version) {
      const { metadata, blocks } = this.#network;
      // Names the weights, which is what the hash is for.
      const sha256 = `file ${fileId}`;
      const model = readModelFile(this.#file.contents, { ...metadata, blocks }, sha256);
      this.#model = customModel({ name, version, sha256, model });
    }
    return this.#model;
  }
}

function readOption(name: 'top_k' | 'min_probability', value: number | undefined): number {
  const { schema, accepts } = parameters[name];
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new AppError('invalid-parameter', `Expected ${accepts} for ${name} but received ${value}.`);
}

async function readBytes(photo: Blob): Promise<Uint8Array> {
  let buffer: ArrayBuffer;
  try {
    buffer = await photo.arrayBuffer();
  } catch (cause) {
    throw new AppError(
      'image-decode-failed',
      'The photo can not be read any more: its file was moved or changed. Choose it again.',
      { cause },
    );
  }
  if (buffer.byteLength > 0) return new Uint8Array(buffer);
  throw new AppError('empty-body', 'The photo has 0 bytes. Choose another one.');
}
