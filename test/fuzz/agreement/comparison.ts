import type { CaseScript, CaseSetting } from '../case-worker.ts';
import type { CorpusFile } from '../corpus.ts';
import { judgeWithLibvips, type LibvipsVerdict } from './libvips-verdict.ts';
import { judgeWithPetal, type PetalVerdict } from './petal-verdict.ts';

/** What both make of one file. */
export interface Comparison {
  readonly petal: PetalVerdict;
  readonly libvips: LibvipsVerdict;
}

/** @param original the file before it was damaged */
export async function compare(bytes: Uint8Array, original: Uint8Array): Promise<Comparison> {
  return { petal: judgeWithPetal(bytes), libvips: await judgeWithLibvips(bytes, original) };
}

/** Runs {@link compare} in a thread. */
export function comparisonScript(setting: CaseSetting): CaseScript<CaseSetting, Comparison> {
  return {
    url: new URL('worker.ts', import.meta.url),
    setting,
    giveUp: (why) => ({
      petal: { outcome: 'failed', reason: why },
      libvips: { outcome: 'refused', reason: '' },
    }),
  };
}

/**
 * The files that neither of the two refuses before they are damaged. Of kinds that only one of them
 * reads, such as arithmetic-coded JPEGs, the damaged ones would say nothing new. Files that fuzzing
 * seldom chooses, since they are broken already or large, are left out.
 */
export async function readByBoth(corpus: readonly CorpusFile[]): Promise<readonly CorpusFile[]> {
  const kept: CorpusFile[] = [];
  for (const file of corpus.filter(({ weight }) => weight === 1)) {
    const { petal, libvips } = await compare(file.bytes, file.bytes);
    if (petal.outcome !== 'refused' && libvips.outcome !== 'refused') kept.push(file);
  }
  return kept;
}
