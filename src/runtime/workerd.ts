/**
 * workerd compiles WebAssembly at deployment only: the bundler hands over
 * compiled modules, and the artifact as an ArrayBuffer. Every workerd has SIMD,
 * relaxed or not, and none has threads, so that there is one binary of tfjs's
 * to bundle.
 */
import wasm from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm';
import relaxed from '../../dist/kernels/relaxed-simd.wasm';
import relaxedSigned from '../../dist/kernels/relaxed-simd-signed.wasm';
import simd from '../../dist/kernels/simd.wasm';
import artifact from '../../model/mobilenet_v2_1.0_224.safetensors';
import type { NetworkAssets } from '../mobilenet/network.ts';

export const assets: NetworkAssets = {
  wasm,
  artifact,
  kernels: [
    { level: 'relaxed-simd', module: relaxed },
    { level: 'relaxed-simd-signed', module: relaxedSigned },
    { level: 'simd', module: simd },
  ],
};
