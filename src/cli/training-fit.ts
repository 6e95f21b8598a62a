import type { Fit } from '../image/fit.ts';

/** How photos become square for training: as they do where a request doesn't say otherwise. */
export const trainingFit: Fit = 'crop';
