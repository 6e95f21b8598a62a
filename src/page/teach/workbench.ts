import type { CustomModelAnswer } from '../../contract/models.ts';
import { isRefusal, type PagePhoto, type Refusal } from '../asker.ts';
import { Thumbnails } from '../grid/thumbnails.ts';
import { readClassFolder } from './class-folder.ts';
import type { ClassSize } from './hints.ts';
import type { Example, TaughtModel } from './taught-model.ts';
import { type NewExample, Upload } from './upload.ts';

/** A class with its photos as Petal has stored them. */
export interface TaughtClass extends ClassSize {
  readonly examples: readonly Example[];
}

/** Is told what concerns others than the workbench, by the model's name. */
export interface WorkbenchListener {
  /** There is a new version, or one that was gone back to, or the model was restored. */
  readonly onModelTrained: (name: string) => void;
  readonly onModelDeleted: (name: string) => void;
}

/** Photos of one request when they are moved. */
const movedAtATime = 6;

/** A model that is being taught: what is stored of it, and what is done with it. */
export class Workbench {
  readonly model: TaughtModel;
  readonly upload: Upload;
  /** By the ids of examples. */
  readonly pictures = new Thumbnails<string>();
  readonly #listener: WorkbenchListener;
  #labels: string[] = [];
  /** Whether examples were added, moved or deleted here since the last training. */
  #isChanged = false;
  readonly #examples = new Map<string, Example>();
  #end = new AbortController();

  /** Is called whenever something below has changed. */
  onChange: () => void = () => {};
  isLoaded = false;
  /** Undefined until something is stored. */
  description: CustomModelAnswer | undefined;
  /** What goes on, as a sentence. */
  activity: string | undefined;
  /** What has come of the last thing that was done. */
  notice: string | undefined;
  /** Why it could not be done. */
  problem: Refusal | undefined;
  isDeleted = false;

  constructor(model: TaughtModel, listener: WorkbenchListener) {
    this.model = model;
    this.#listener = listener;
    this.upload = new Upload(model, (added, photo) => {
      if (added.outcome !== 'unchanged') this.#isChanged = true;
      this.#put({ id: added.id, label: added.label, hasPhoto: true });
      void this.pictures.make(added.id, photo).then(() => this.onChange());
    });
    this.upload.onChange = () => this.onChange();
  }

  get classes(): TaughtClass[] {
    const classes = new Map(this.#labels.map((label) => [label, [] as Example[]]));
    for (const example of this.#examples.values()) classes.get(example.label)?.push(example);
    return [...classes].map(([label, examples]) => ({ label, count: examples.length, examples }));
  }

  /** Whether the version that answers was trained on what there is, as far as that is known. */
  get isTrained(): boolean {
    const manifest = this.description?.manifest;
    if (manifest === undefined || this.#isChanged) return false;
    const filled = this.classes.filter(({ count }) => count > 0);
    const counts = new Map(
      manifest.labels.map((label, at) => [label, manifest.training.examples[at]]),
    );
    return (
      filled.length === counts.size &&
      filled.every(({ label, count }) => counts.get(label) === count)
    );
  }

  /** Reads what there is. */
  async load(): Promise<void> {
    this.#end = new AbortController();
    const { signal } = this.#end;
    await this.#do('Reading what is there …', async () => {
      const description = await this.model.describe(signal);
      const examples = description === undefined ? [] : await this.model.examples(signal);
      this.description = description;
      this.isDeleted = false;
      this.#examples.clear();
      this.#labels = description?.examples.map(({ label }) => label) ?? [];
      for (const example of examples) this.#put(example);
      this.#isChanged = false;
      this.isLoaded = true;
    });
  }

  /** Ends what can be ended, and lets the pictures go. */
  close(): void {
    this.onChange = () => {};
    this.#end.abort();
    this.upload.stop();
    this.pictures.keep([]);
  }

  addClass(label: string): void {
    if (!this.#labels.includes(label)) this.#labels = [...this.#labels, label];
    this.onChange();
  }

  addPhotos(examples: readonly NewExample[]): void {
    if (examples.length === 0) return;
    for (const { label } of examples) this.addClass(label);
    this.upload.add(examples);
  }

  /** Each sub-folder becomes a class. */
  addFolder(photos: readonly PagePhoto[]): void {
    const { examples, strayCount } = readClassFolder(photos);
    this.problem = undefined;
    this.notice =
      strayCount === 0
        ? undefined
        : `${strayCount === 1 ? 'One photo lies' : `${strayCount} photos lie`} in no folder of a class and ${strayCount === 1 ? 'was' : 'were'} left out.`;
    this.addPhotos(examples);
    this.onChange();
  }

  async move(examples: readonly Example[], label: string): Promise<void> {
    await this.#do('Moving …', async () => {
      let left = examples;
      while (left.length > 0) {
        const some = left.slice(0, movedAtATime);
        const photos = await Promise.all(some.map(({ id }) => this.model.photo(id)));
        const results = await this.model.add(label, photos, this.#end.signal);
        for (const result of results) {
          if (result === undefined) continue;
          if ('problem' in result) throw result.problem;
          this.#isChanged = true;
          this.#put({ id: result.id, label, hasPhoto: true });
        }
        left = left.filter((_, at) => at >= movedAtATime || results[at] === undefined);
      }
    });
  }

  async remove(examples: readonly Example[]): Promise<void> {
    await this.#do('Deleting …', async () => {
      for (const { id } of examples) {
        await this.model.remove(id);
        this.#examples.delete(id);
        this.#isChanged = true;
        this.onChange();
      }
    });
  }

  async removeClass({ label, count }: ClassSize): Promise<void> {
    await this.#do('Deleting …', async () => {
      this.upload.drop(label);
      if (count > 0) await this.model.removeLabel(label);
      for (const [id, example] of this.#examples) {
        if (example.label === label) this.#examples.delete(id);
      }
      this.#isChanged = true;
      this.#labels = this.#labels.filter((each) => each !== label);
    });
  }

  async train(): Promise<void> {
    const former = this.description?.version ?? 0;
    await this.#do('Training … this takes some seconds.', async () => {
      const trained = await this.model.train((seconds) => {
        this.activity = `The model is being trained already, by somebody else or in another window. Trying again in ${seconds} seconds …`;
        this.onChange();
      }, this.#end.signal);
      this.description = trained;
      this.#isChanged = false;
      this.notice =
        trained.version === former
          ? `Nothing has changed since version ${former} was trained.`
          : `Version ${trained.version} is trained, and answers from now on.`;
      this.#listener.onModelTrained(this.model.name);
    });
  }

  async rollBack(version: number): Promise<void> {
    await this.#do('Going back …', async () => {
      this.description = await this.model.rollBack(version);
      this.notice = `Version ${version} answers from now on.`;
      this.#listener.onModelTrained(this.model.name);
    });
  }

  async delete(): Promise<void> {
    await this.#do('Deleting …', async () => {
      const { erasedAt } = await this.model.delete();
      this.isDeleted = true;
      const until = new Date(erasedAt).toLocaleDateString(undefined, { dateStyle: 'long' });
      this.#listener.onModelDeleted(this.model.name);
      this.notice = `${this.model.name} is deleted. Until ${until} it can be restored with all its photos and versions.`;
    });
  }

  async restore(): Promise<void> {
    await this.#do('Restoring …', async () => {
      await this.model.restore();
    });
    if (this.problem !== undefined) return;
    await this.load();
    this.notice = `${this.model.name} is back.`;
    // Photos that it was found out by.
    if (this.upload.left > 0) void this.upload.run();
    if (this.description?.version != null) this.#listener.onModelTrained(this.model.name);
    this.onChange();
  }

  #put(example: Example): void {
    if (!this.#labels.includes(example.label)) this.#labels = [...this.#labels, example.label];
    this.#examples.set(example.id, example);
  }

  async #do(activity: string, work: () => Promise<void>): Promise<void> {
    this.activity = activity;
    this.notice = undefined;
    this.problem = undefined;
    this.onChange();
    try {
      await work();
    } catch (error) {
      if (!this.#end.signal.aborted) {
        if (!isRefusal(error)) throw error;
        this.problem = error;
      }
    } finally {
      this.activity = undefined;
      this.onChange();
    }
  }
}
