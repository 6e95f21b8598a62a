import type { LocalNetwork } from '../local/local-network.ts';

const levelNames: Readonly<Record<NonNullable<LocalNetwork['kernels']>, string>> = {
  'relaxed-simd': 'relaxed SIMD',
  'relaxed-simd-signed': 'relaxed SIMD (signed)',
  simd: 'SIMD',
  scalar: 'plain WebAssembly',
};

/** What the network in this browser calculates with: "int8 with relaxed SIMD". */
export function arithmeticText({
  arithmetic,
  kernels,
}: Pick<LocalNetwork, 'arithmetic' | 'kernels'>): string {
  return kernels === undefined ? arithmetic : `${arithmetic} with ${levelNames[kernels]}`;
}
