/**
 * workerd compiles WebAssembly at deployment only: the bundler hands over a
 * compiled module, and the artifact as an ArrayBuffer. Every workerd has SIMD
 * and none has threads, so that there is one binary to bundle.
 */
import wasm from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm';
import artifact from '../../model/mobilenet_v2_1.0_224.safetensors';
import type { AccessVariables } from '../access/rules.ts';
import type { Analytics, RateLimiter } from '../http/parts.ts';
import type { NetworkAssets } from '../mobilenet/network.ts';

export const assets: NetworkAssets = { wasm, artifact };

/** What wrangler.toml binds beside the variables that are read by name; all of it may be missing. */
export interface Bindings extends AccessVariables {
  /** Where Turnstile's tokens are checked, if not at Cloudflare. */
  readonly PETAL_TURNSTILE_URL?: string;
  readonly RATE_LIMITER?: RateLimiter;
  readonly ANALYTICS?: Analytics;
  readonly VERSION?: { readonly id: string };
}
