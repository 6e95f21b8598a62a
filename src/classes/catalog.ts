import type { CustomModel } from './model-file.ts';

/** A published version of a user's model. Versions never change. */
export interface PublishedModel {
  readonly name: string;
  /** 1, 2, 3 ... in the order of publishing. */
  readonly version: number;
  /** Of the model's file. */
  readonly sha256: string;
  readonly model: CustomModel;
}

/** Finds users' models for those who ask with them. */
export interface ModelCatalog {
  /**
   * @param version the one that the name points at, unless named
   * @returns undefined where there is no such model or version, or it was deleted
   */
  find(name: string, version?: number): Promise<PublishedModel | undefined>;
  /** Names of all models that can be asked with, sorted. */
  names(): Promise<string[]>;
}
