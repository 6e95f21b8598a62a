/**
 * workerd compiles WebAssembly at deployment only: the bundler hands over a
 * compiled module, and the artifact as an ArrayBuffer. Every workerd has SIMD
 * and none has threads, so that there is one binary to bundle.
 */
import wasm from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm';
import artifact from '../../model/mobilenet_v2_1.0_224.safetensors';
import type { NetworkAssets } from '../mobilenet/network.ts';

export const assets: NetworkAssets = { wasm, artifact };
