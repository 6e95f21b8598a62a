import { AppError } from '../errors.ts';
import type { Arithmetic } from './arithmetic.ts';
import {
  type Artifact,
  type ArtifactMetadata,
  type OutputWeights,
  openArtifact,
} from './artifact.ts';
import {
  type Backbone,
  type Inference,
  infer,
  type Reading,
  type Source,
  type Wanted,
} from './backbone.ts';
import { installWasmBackend, type WasmBackend } from './backend.ts';
import { classifierWeights } from './classifier.ts';
import { FloatBackbone } from './float-backbone.ts';
import { Int8Backbone } from './int8-backbone.ts';
import { registerInt8Kernels } from './int8-kernels.ts';
import type { KernelBinary, KernelLevel } from './kernel-level.ts';
import type { Block } from './layer-table.ts';
import type { StartedInstance } from './started-instance.ts';

/** What a runtime has to bring: the files, each in the form that it can load. */
export interface NetworkAssets {
  /** tfjs's WASM binary, compiled; or its instance, where it has threads. */
  readonly wasm: WebAssembly.Module | StartedInstance;
  /** The backbone's artifact. */
  readonly artifact: ArrayBuffer;
  /** Petal's int8 kernels, for the kind of memory that the binary has; the first that is exact here is taken. */
  readonly kernels: readonly KernelBinary[];
  /** `int8` unless given. */
  readonly arithmetic?: Arithmetic | undefined;
}

/** A network that answers. It lives as long as its isolate or process. */
export interface LoadedNetwork {
  readonly metadata: ArtifactMetadata;
  readonly arithmetic: Arithmetic;
  /** Which of the int8 kernels run; missing where it calculates in float32. */
  readonly kernelLevel?: KernelLevel | undefined;
  readonly inputSize: number;
  /**
   * Runs the network, once for all that can be read out of it; see {@link Backbone.read}.
   *
   * @throws AppError `invalid-parameter` where the input is not as long as it should be
   * @throws Error where the network is broken; it can't be used afterwards
   */
  infer(input: Uint8Array, wanted?: Wanted): Inference;
  /**
   * @see Backbone.read
   * @throws as infer
   */
  read(input: Uint8Array, sources: readonly Source[], wanted?: Wanted): Reading[];
  /**
   * @see Backbone.classify
   * @throws Error where the network is broken; it can't be used afterwards
   */
  classify(embedding: Float32Array): Float32Array;
  /**
   * @see Backbone.activationBefore
   * @throws as infer
   */
  activationBefore(input: Uint8Array, blockName: string): Float32Array;
  /** The layer table, in order of execution; the last block is the classifier. */
  readonly blocks: readonly Block[];
  /** @see classifierWeights */
  classifierWeights(output: number): OutputWeights;
  /** Size of the WASM memory in bytes. */
  wasmHeapBytes(): number;
  /** Live tensors, weights included. */
  tensorCount(): number;
  /** Gives the WASM memory back. The network can't be used afterwards. */
  dispose(): void;
}

/**
 * Loads the network and runs it once, so that the first photo finds compiled
 * kernels and packed weights. Synchronous: it settles at module scope in
 * workerd, where waiting is not possible. A network that was loaded before
 * can't be used afterwards: an isolate has memory for one.
 *
 * @throws Error where the artifact or the binary is not usable, or memory is short
 */
export function loadNetwork({
  wasm,
  artifact: buffer,
  kernels,
  arithmetic = 'int8',
}: NetworkAssets): LoadedNetwork {
  const artifact = openArtifact(buffer);
  const { metadata } = artifact;
  const inputLength = metadata.inputSize ** 2 * 3;
  const backend = installWasmBackend(wasm);
  try {
    const { backbone, kernelLevel } =
      arithmetic === 'int8'
        ? loadInt8(artifact, kernels, backend)
        : { backbone: new FloatBackbone(artifact) };
    checkInference(infer(backbone, new Uint8Array(inputLength)));
    function check(input: Uint8Array): void {
      if (input.length === inputLength) return;
      throw new AppError(
        'invalid-parameter',
        `The network takes ${inputLength} bytes but was given ${input.length}.`,
      );
    }
    return {
      metadata,
      arithmetic,
      kernelLevel,
      blocks: artifact.blocks,
      inputSize: metadata.inputSize,
      infer(input, wanted) {
        check(input);
        const inference = infer(backbone, input, wanted);
        checkInference(inference);
        return inference;
      },
      read(input, sources, wanted) {
        check(input);
        const readings = backbone.read(input, sources, wanted);
        for (const [i, source] of sources.entries()) checkReading(readings[i], source);
        return readings;
      },
      classify(embedding) {
        const probabilities = backbone.classify(embedding);
        checkInference({ probabilities, embedding });
        return probabilities;
      },
      activationBefore(input, blockName) {
        check(input);
        return backbone.activationBefore(input, blockName);
      },
      classifierWeights: (output) => classifierWeights(artifact, output),
      wasmHeapBytes: () => backend.heapBytes(),
      tensorCount: () => backbone.tensorCount(),
      dispose: () => backend.remove(),
    };
  } catch (error) {
    backend.remove();
    releaseFrames(error);
    throw error;
  }
}

function loadInt8(
  artifact: Artifact,
  binaries: readonly KernelBinary[],
  backend: WasmBackend,
): { backbone: Backbone; kernelLevel: KernelLevel } {
  const kernels = registerInt8Kernels(binaries, backend.memory);
  return {
    backbone: new Int8Backbone(artifact, kernels, () => backend.bytes()),
    kernelLevel: kernels.level,
  };
}

/**
 * V8 keeps the functions of an error's stack, and with them the WASM instance
 * and its memory, until the stack is read as text for the first time. An error
 * may live on in a log or an answer while the next instance is made.
 */
function releaseFrames(error: unknown): void {
  if (error instanceof Error) String(error.stack);
}

/**
 * Tells garbage from an answer. An instance that ran out of memory may go on
 * without an error; its kernels leave tensors as they found them. Input alone
 * makes no garbage: it is bytes, whatever they are.
 */
function checkInference({ probabilities, embedding }: Inference): void {
  const total = sum(probabilities);
  const activity = sum(embedding);
  if (Math.abs(total - 1) < 1e-3 && activity > 0 && Number.isFinite(activity)) return;
  throw new Error(
    `The network is broken: its probabilities sum to ${total}, its embedding to ${activity}.`,
  );
}

/** What a stranger's blocks make of a photo may be all zeros; what the backbone makes may not. */
function checkReading({ embedding }: Reading, source: Source): void {
  const activity = sum(embedding);
  if (Number.isFinite(activity) && (activity > 0 || source !== 'backbone')) return;
  throw new Error(`The network is broken: its embedding sums to ${activity}.`);
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * Keeps a network that is loaded once. If loading fails it tries again at the
 * next use. If the network breaks (its WASM instance runs out of memory, traps
 * or answers garbage), it is thrown away at once, and the next use loads
 * another: an instance never recovers (workerd issue 3264). There is no
 * promise that two requests could share, so none can hang because the client
 * that came first has gone (workerd issue 210).
 *
 * @returns a function that answers the network, or throws AppError
 *   `model-unavailable` with the reason as its cause. What it answers may be
 *   kept across breakages; its `infer` throws the same where the network breaks
 */
export function keepNetwork(load: () => LoadedNetwork): () => LoadedNetwork {
  let loaded: LoadedNetwork | undefined;

  function current(): LoadedNetwork {
    try {
      loaded ??= load();
      return loaded;
    } catch (cause) {
      throw new AppError(
        'model-unavailable',
        'The network could not be loaded. Try again in a few seconds.',
        { cause },
      );
    }
  }

  function dispose(): void {
    loaded?.dispose();
    // Whoever holds what keepNetwork answered must not hold the memory with it.
    loaded = undefined;
  }

  /** Has the network work; if it breaks at that, it is thrown away. */
  function use<Result>(work: (network: LoadedNetwork) => Result): Result {
    try {
      return work(current());
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      dispose();
      releaseFrames(cause);
      throw new AppError(
        'model-unavailable',
        'The network broke while it worked on this photo, and is loaded anew. Try again in a few seconds.',
        { cause },
      );
    }
  }

  const kept: LoadedNetwork = {
    get metadata() {
      return current().metadata;
    },
    get arithmetic() {
      return current().arithmetic;
    },
    get kernelLevel() {
      return current().kernelLevel;
    },
    get blocks() {
      return current().blocks;
    },
    get inputSize() {
      return current().inputSize;
    },
    infer: (input, wanted) => use((network) => network.infer(input, wanted)),
    read: (input, sources, wanted) => use((network) => network.read(input, sources, wanted)),
    classify: (embedding) => use((network) => network.classify(embedding)),
    activationBefore: (input, blockName) =>
      use((network) => network.activationBefore(input, blockName)),
    classifierWeights: (output) => current().classifierWeights(output),
    wasmHeapBytes: () => current().wasmHeapBytes(),
    tensorCount: () => current().tensorCount(),
    dispose,
  };

  return () => {
    current();
    return kept;
  };
}
