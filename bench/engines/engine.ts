/** What an engine is given: files, each in the form that workerd can have it, too. */
export interface EngineParts {
  /** Its binary, compiled; undefined for native code. */
  readonly wasm: WebAssembly.Module | undefined;
  /** Its second binary, compiled; undefined where it has one or none. */
  readonly kernels: WebAssembly.Module | undefined;
  /** The network, in the format that the engine's row names. */
  readonly model: Uint8Array<ArrayBuffer>;
}

/** The network in an engine, ready to answer. */
export interface Engine<Input = unknown> {
  /**
   * Puts pixels into the type and the layout that the engine takes. Not timed:
   * a decoder writes them like that at no other cost.
   *
   * @param pixels uint8 [224, 224, 3], row-major RGB
   */
  prepare(pixels: Uint8Array): Input;
  /**
   * One inference at batch 1, from an input in JavaScript's memory to an answer there.
   *
   * @returns probabilities, one a network output; those of an int8 engine are 256ths
   */
  run(input: Input): Float32Array | Promise<Float32Array>;
  /** Size of the WASM memory; undefined for native code. */
  heapBytes(): number | undefined;
}

/** What each engine's module exports under the name `load`. */
export type LoadEngine = (parts: EngineParts) => Promise<Engine>;

/**
 * Instantiates a compiled module for glue that would compile bytes itself,
 * which workerd refuses, and remembers the memory.
 */
export class Instantiation {
  readonly #module: WebAssembly.Module;
  #memory: WebAssembly.Memory | undefined;

  /** @throws Error where there is no module */
  constructor(module: WebAssembly.Module | undefined) {
    if (module === undefined) throw new Error('The engine was given no WebAssembly module.');
    this.#module = module;
  }

  /** What Emscripten's glue calls instead of fetching and compiling, where it is given it. */
  readonly instantiateWasm = (
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): WebAssembly.Exports => {
    const instance = this.instantiate(imports);
    done(instance, this.#module);
    return instance.exports;
  };

  /** What WebAssembly.instantiate answers when it is given bytes. */
  source(imports: WebAssembly.Imports): WebAssembly.WebAssemblyInstantiatedSource {
    return { instance: this.instantiate(imports), module: this.#module };
  }

  instantiate(imports: WebAssembly.Imports): WebAssembly.Instance {
    const instance = new WebAssembly.Instance(this.#module, imports);
    this.#memory = [instance.exports, ...Object.values(imports)]
      .flatMap((values) => Object.values(values))
      .find((value) => value instanceof WebAssembly.Memory);
    return instance;
  }

  /** 0 before there is an instance. */
  heapBytes(): number {
    return this.#memory?.buffer.byteLength ?? 0;
  }
}

/** The last step of quantised networks: 0..255 to 0..1 in steps of 1/256, exactly. */
export function fromBytes(quantised: Uint8Array): Float32Array {
  return Float32Array.from(quantised, (value) => value / 256);
}
