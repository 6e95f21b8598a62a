import type { InvalidPhoto, ValidPhoto } from './photo.ts';

declare module 'vitest' {
  /** What vitest.config.ts hands to the tests; they `inject` it. */
  export interface ProvidedContext {
    /** Folder of the bundled Worker. */
    bundle: string;
    artifactPath: string;
    /** Whether the network has the trained weights; tests of its answers are skipped without. */
    trained: boolean;
    validPhotos: ValidPhoto[];
    invalidPhotos: InvalidPhoto[];
  }
}
