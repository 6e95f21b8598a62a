/**
 * The rivals' packages, loaded when they are needed. What is used of them is
 * declared here, so that the types can be checked without installing them.
 */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** https://sharp.pixelplumbing.com */
export interface Sharp {
  (input: Uint8Array, options?: { raw?: RawImage }): SharpImage;
  concurrency(threads: number): number;
  cache(enabled: boolean): unknown;
}

interface RawImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

export interface SharpImage {
  resize(
    width: number,
    height: number,
    options: { fit: 'cover'; kernel: 'linear' | 'cubic' },
  ): SharpImage;
  extract(region: { left: number; top: number; width: number; height: number }): SharpImage;
  affine(
    matrix: [[number, number], [number, number]],
    options: { interpolator: 'bilinear'; odx: number; ody: number },
  ): SharpImage;
  metadata(): Promise<{ readonly width: number; readonly height: number }>;
  toColourspace(space: 'srgb' | 'b-w'): SharpImage;
  removeAlpha(): SharpImage;
  raw(): SharpImage;
  png(options?: { palette: boolean }): SharpImage;
  gif(): SharpImage;
  webp(options: { quality: number; lossless: boolean }): SharpImage;
  jpeg(options: {
    quality: number;
    chromaSubsampling: '4:2:0' | '4:4:4';
    progressive: boolean;
  }): SharpImage;
  toBuffer(): Promise<Uint8Array>;
  toBuffer(options: {
    resolveWithObject: true;
  }): Promise<{ data: Uint8Array; info: { width: number; height: number } }>;
}

/** https://onnxruntime.ai/docs/api/js */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: SessionOptions): Promise<Session>;
  };
  readonly Tensor: new (type: 'float32', values: Float32Array, shape: number[]) => unknown;
}

interface SessionOptions {
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly executionMode: 'sequential';
  readonly graphOptimizationLevel: 'all';
}

export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(inputs: Record<string, unknown>): Promise<Record<string, { readonly data: Float32Array }>>;
}

/** https://github.com/protobufjs/protobuf.js */
export interface Protobuf {
  parse(
    schema: string,
    options: { keepCase: boolean },
  ): {
    readonly root: {
      lookupType(name: string): {
        fromObject(message: object): object;
        encode(message: object): { finish(): Uint8Array };
      };
    };
  };
}

/** https://github.com/image-js/fast-png */
export interface FastPng {
  decode(bytes: Uint8Array): { readonly data: ArrayLike<number> };
}

/** https://github.com/deanm/omggif */
export interface Omggif {
  readonly GifReader: new (
    bytes: Uint8Array,
  ) => {
    readonly width: number;
    readonly height: number;
    decodeAndBlitFrameRGBA(frame: number, pixels: Uint8Array): void;
  };
}

/** https://github.com/jamsinclair/jSquash */
export type JsquashDecode = (file: ArrayBuffer) => Promise<{ readonly data: ArrayLike<number> }>;

export async function loadFastPng(): Promise<FastPng> {
  const name = 'fast-png';
  return (await import(name)) as FastPng;
}

export function loadOmggif(): Promise<Omggif> {
  return load('omggif');
}

/** libwebp as WebAssembly; in Node.js its glue has to be handed the module. */
export async function loadJsquashWebp(): Promise<JsquashDecode> {
  const name = '@jsquash/webp';
  const path = fileURLToPath(import.meta.resolve(`${name}/codec/dec/webp_dec.wasm`));
  const module = await WebAssembly.compile(new Uint8Array(await readFile(path)));
  const { default: decode, init } = (await import(`${name}/decode.js`)) as {
    default: JsquashDecode;
    init(module: WebAssembly.Module): Promise<void>;
  };
  await init(module);
  // What it answers with is made by this class, which browsers have.
  const global = globalThis as { ImageData?: unknown };
  global.ImageData ??= class {
    readonly data: ArrayLike<number>;
    constructor(data: ArrayLike<number>) {
      this.data = data;
    }
  };
  return decode;
}

export function loadSharp(): Promise<Sharp> {
  return load('sharp');
}

export function loadOnnxRuntime(): Promise<OnnxRuntime> {
  return load('onnxruntime-node');
}

export function loadProtobuf(): Promise<Protobuf> {
  return load('protobufjs');
}

/** @returns why this machine can't run the rivals that are installed; undefined where it can */
export async function explainUnloadable(): Promise<string | undefined> {
  try {
    await Promise.all([loadSharp(), loadOnnxRuntime(), loadProtobuf()]);
    return undefined;
  } catch (error) {
    const [firstLine] = String(error instanceof Error ? error.message : error).split('\n');
    return firstLine;
  }
}

/** @throws Error where the package is not installed, or not for this platform */
async function load<T>(name: string): Promise<T> {
  const module = (await import(name)) as { default: T };
  return module.default;
}
