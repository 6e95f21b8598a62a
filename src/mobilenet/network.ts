import { AppError } from '../errors.ts';
import { type ArtifactMetadata, openArtifact } from './artifact.ts';
import { Backbone, type Inference, type Wanted } from './backbone.ts';
import { installWasmBackend } from './backend.ts';
import { classifierWeights, type OutputWeights } from './classifier.ts';

/** What a runtime has to bring: the two files, each in the form that it can load. */
export interface NetworkAssets {
  /** tfjs's WASM binary, compiled. */
  readonly wasm: WebAssembly.Module;
  /** The backbone's artifact. */
  readonly artifact: ArrayBuffer;
}

/** A network that answers. It lives as long as its isolate or process. */
export interface LoadedNetwork {
  readonly metadata: ArtifactMetadata;
  readonly inputSize: number;
  /** @see Backbone.infer */
  infer(input: Float32Array, wanted?: Wanted): Inference;
  /** @see classifierWeights */
  classifierWeights(output: number): OutputWeights;
  /** Size of the WASM memory in bytes. */
  wasmHeapBytes(): number;
  /** Live tensors, weights included. */
  tensorCount(): number;
}

/**
 * Loads the network and runs it once, so that the first photo finds compiled
 * kernels, packed weights and memory that has grown. Synchronous: it settles
 * at module scope in workerd, where waiting is not possible.
 *
 * @throws Error where the artifact or the binary is not usable, or memory is short
 */
export function loadNetwork({ wasm, artifact: buffer }: NetworkAssets): LoadedNetwork {
  const artifact = openArtifact(buffer);
  const { metadata } = artifact;
  const backend = installWasmBackend(wasm);
  const backbone = new Backbone(artifact);
  backbone.infer(new Float32Array(metadata.inputSize ** 2 * 3));
  return {
    metadata,
    inputSize: metadata.inputSize,
    infer: (input, wanted) => backbone.infer(input, wanted),
    classifierWeights: (output) => classifierWeights(artifact, output),
    wasmHeapBytes: () => backend.heapBytes(),
    tensorCount: () => backbone.tensorCount(),
  };
}

/**
 * Keeps a network that is loaded once, and tries again at the next use if
 * loading failed. There is no promise that two requests could share, so none
 * can hang because the client that came first has gone (workerd issue 210).
 *
 * @returns a function that answers the network, or throws AppError
 *   `model-unavailable` with the reason as its cause
 */
export function keepNetwork(load: () => LoadedNetwork): () => LoadedNetwork {
  let network: LoadedNetwork | undefined;
  return () => {
    try {
      network ??= load();
      return network;
    } catch (cause) {
      throw new AppError(
        'model-unavailable',
        'The network could not be loaded. Try again in a few seconds.',
        { cause },
      );
    }
  };
}
