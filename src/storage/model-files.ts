import { type BackboneIdentity, type CustomModel, readModelFile } from '../classes/model-file.ts';
import { AppError } from '../errors.ts';
import { sha256 } from '../sha256.ts';
import type { KeyValues } from './key-values.ts';
import type { VersionEntry } from './model-pointer.ts';

/** Models that were read take so much memory at the most, but for the last, which is always kept. */
const maxKeptBytes = 8_000_000;

/** Reads the files of published versions, and keeps those that were used last. */
export class ModelFiles {
  readonly #store: KeyValues;
  readonly #backbone: () => BackboneIdentity;
  /** By key of the file, the one that was used last at the end. */
  readonly #kept = new Map<string, { readonly model: CustomModel; readonly bytes: number }>();

  /** @param backbone that the models are to be used with */
  constructor(store: KeyValues, backbone: () => BackboneIdentity) {
    this.#store = store;
    this.#backbone = backbone;
  }

  /**
   * A version's model.
   *
   * @throws AppError `model-unavailable` where the file can't be had or is damaged, `model-mismatch`
   *   where it was made for another backbone
   */
  async model(entry: VersionEntry): Promise<CustomModel> {
    const kept = this.#kept.get(entry.file);
    if (kept !== undefined) {
      this.#kept.delete(entry.file);
      this.#kept.set(entry.file, kept);
      return kept.model;
    }
    const file = await this.bytes(entry);
    const model = this.#parse(file, entry);
    this.#keep(entry.file, model, file.byteLength);
    return model;
  }

  /**
   * The file itself.
   *
   * @throws AppError `model-unavailable` where it can't be had or is damaged
   */
  async bytes({ file, sha256: expected }: VersionEntry): Promise<ArrayBuffer> {
    const bytes = await this.#store.bytes(file);
    if (bytes === undefined) throw unreadable('is not there (yet)');
    const found = (await sha256(new Uint8Array(bytes))).toHex();
    if (found !== expected) throw unreadable('is damaged');
    return bytes;
  }

  #parse(file: ArrayBuffer, { sha256 }: VersionEntry): CustomModel {
    try {
      return readModelFile(file, this.#backbone(), sha256);
    } catch (cause) {
      // It was valid when it was published.
      if (!(cause instanceof AppError) || cause.code !== 'invalid-model') throw cause;
      throw unreadable('can not be read by this version of Petal', cause);
    }
  }

  #keep(file: string, model: CustomModel, bytes: number): void {
    this.#kept.set(file, { model, bytes });
    let total = 0;
    for (const [key, kept] of [...this.#kept].reverse()) {
      total += kept.bytes;
      if (total > maxKeptBytes && key !== file) this.#kept.delete(key);
    }
  }
}

function unreadable(how: string, cause?: unknown): AppError {
  return new AppError(
    'model-unavailable',
    `The file of this version of the model ${how}. Try again in a few seconds, or ask with another version.`,
    { cause },
  );
}
