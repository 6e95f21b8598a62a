import createModule from '@litertjs/core/wasm/litert_wasm_internal.js';
import type { LoadEngine } from './engine.ts';
import { loadWithGlue } from './litert.ts';

/** LiteRT.js, the build with relaxed SIMD. */
export const load: LoadEngine = (parts) => loadWithGlue(createModule, parts);
