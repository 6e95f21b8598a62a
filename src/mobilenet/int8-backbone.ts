import { engine, memory, type Tensor4D, tensor } from '@tensorflow/tfjs-core';
import type { Artifact } from './artifact.ts';
import {
  type Backbone,
  inOrderOfLeaving,
  type Reading,
  type Source,
  type Wanted,
} from './backbone.ts';
import { type Int8Calls, prepareInt8Calls } from './int8-calls.ts';
import { type Allocation, allocate, type Int8Kernels, runInt8Kernel } from './int8-kernels.ts';
import { readOut } from './loaded-block.ts';
import { LoadedTails } from './loaded-tails.ts';
import type { PlannedActivation } from './plan.ts';
import { dequantise, type Quantisation, quantise } from './quantisation.ts';

/** A pixel is its int8 value + 128, however activations are stored. */
const pixelOffset = 128;

/**
 * MobileNetV2 in int8, by Petal's kernels: what TFLite's engines compute, byte by byte. Its weights are in
 * the WASM memory once, as the artifact has them, and no call allocates there.
 *
 * Tails are trained and run in float32; they take what the blocks before them give, dequantised.
 */
export class Int8Backbone implements Backbone {
  readonly #artifact: Artifact;
  readonly #offset: number;
  readonly #bytes: () => Uint8Array;
  readonly #weights: Allocation;
  readonly #arena: Allocation;
  readonly #calls: Int8Calls;
  readonly #tails = new LoadedTails();

  /** @param bytes the WASM memory as it is now; it may have grown since the last call */
  constructor(artifact: Artifact, { storedOffset }: Int8Kernels, bytes: () => Uint8Array) {
    this.#artifact = artifact;
    this.#offset = storedOffset;
    this.#bytes = bytes;
    const { weightBytes, fill, callsAt } = prepareInt8Calls(artifact, storedOffset);
    this.#weights = allocate(weightBytes);
    this.#arena = allocate(artifact.plan.arenaBytes);
    fill(bytes(), this.#weights.address);
    this.#calls = callsAt(this.#weights.address, this.#arena.address);
  }

  read(
    input: Uint8Array,
    sources: readonly Source[],
    { featureMap: wantsFeatureMap = false }: Wanted = {},
  ): Reading[] {
    const { plan, activations } = this.#artifact;
    const readings: Reading[] = [];
    this.#upload(input);
    let at = 0;
    for (const { source, i, start } of inOrderOfLeaving(sources, plan.blocks.length)) {
      this.#runBlocks(at, start);
      at = start;
      if (source === 'backbone') {
        for (const call of this.#calls.pool) runInt8Kernel(call, this.#arena.tensor);
        readings[i] = {
          embedding: this.#dequantised(plan.embedding, activations.embedding),
          ...(wantsFeatureMap ? { featureMap: this.#activation(start) } : {}),
        };
      } else {
        const { side, channels } = this.#placeBefore(start);
        const x = tensor(this.#activation(start), [1, side, side, channels]) as Tensor4D;
        const features = this.#tails.run(source, x);
        readings[i] = readOut(features, { featureMap: wantsFeatureMap });
        features.dispose();
      }
    }
    return readings;
  }

  activationBefore(input: Uint8Array, blockName: string): Float32Array {
    const end = this.#artifact.plan.blocks.findIndex(({ name }) => name === blockName);
    if (end < 0) throw new RangeError(`Expected the name of a block but received ${blockName}.`);
    this.#upload(input);
    this.#runBlocks(0, end);
    return this.#activation(end);
  }

  classify(embedding: Float32Array): Float32Array {
    const { plan, activations } = this.#artifact;
    const stored = this.#view(plan.embedding);
    quantise(embedding, this.#offset, activations.embedding, stored);
    for (const call of this.#calls.classify) runInt8Kernel(call, this.#arena.tensor);
    const { buffer } = this.#bytes();
    const address = this.#arena.address + plan.probabilities;
    return new Float32Array(buffer, address, plan.logits.channels).slice();
  }

  tensorCount(): number {
    return memory().numTensors;
  }

  dispose(): void {
    for (const { tensor } of [this.#weights, this.#arena]) engine().disposeTensor(tensor);
    this.#tails.dispose();
  }

  #upload(input: Uint8Array): void {
    this.#view(this.#artifact.plan.pixels).set(input);
  }

  #runBlocks(start: number, end: number): void {
    for (let block = start; block < end; block++) {
      for (const call of this.#calls.blocks[block]) runInt8Kernel(call, this.#arena.tensor);
    }
  }

  /** What goes into a block, for as long as none after the one before it has run. */
  #activation(block: number): Float32Array {
    const { pixels } = this.#artifact.plan;
    if (block === 0) {
      return dequantise(this.#view(pixels), pixelOffset, this.#artifact.activations.input);
    }
    return this.#dequantised(this.#placeBefore(block), this.#calls.outputs[block - 1]);
  }

  #placeBefore(block: number): PlannedActivation {
    const { pixels, blocks } = this.#artifact.plan;
    return block === 0 ? pixels : blocks[block - 1].output;
  }

  #dequantised(activation: PlannedActivation, quantisation: Quantisation): Float32Array {
    return dequantise(this.#view(activation), this.#offset, quantisation);
  }

  #view({ place, side, channels }: PlannedActivation): Uint8Array {
    const address = this.#arena.address + place;
    return this.#bytes().subarray(address, address + side * side * channels);
  }
}
