import { env } from 'cloudflare:workers';
import type { BackboneIdentity } from '../../src/classes/model-file.ts';
import { writeModelFile } from '../../src/classes/model-file.ts';
import { sha256 } from '../../src/sha256.ts';
import { type KeyValueNamespace, keyValues } from '../../src/storage/key-values.ts';
import { KeyValueCatalog } from '../../src/storage/model-catalog.ts';
import { ModelFiles } from '../../src/storage/model-files.ts';
import { summaryOf } from '../../src/storage/model-pointer.ts';
import type { Publication } from '../../src/storage/publisher.ts';
import { RegisteredModel, type RegisteredModelParts } from '../../src/storage/registered-model.ts';
import { customModel } from '../support/custom-model.ts';

/** The bindings of wrangler.toml, real ones. */
export const bindings = env as unknown as {
  readonly MODELS: KVNamespace;
  readonly REGISTERED_MODELS: DurableObjectNamespace;
};

/** A backbone without blocks: heads need none. */
export const backbone: BackboneIdentity = {
  model: 'mobilenet_v2_1.0_224',
  sha256: 'b'.repeat(64),
  blocks: [],
};

let names = 0;

/** An object that was never asked anything. */
export function freshObject(): { name: string; stub: DurableObjectStub } {
  names += 1;
  const name = `model-${names}`;
  return { name, stub: bindings.REGISTERED_MODELS.getByName(name) };
}

/** A model as an object makes it when it is started. */
export function registeredModel(
  name: string,
  storage: DurableObjectStorage,
  parts: Partial<RegisteredModelParts> & { readonly namespace?: KeyValueNamespace } = {},
): RegisteredModel {
  const { namespace = bindings.MODELS, ...others } = parts;
  return new RegisteredModel({
    name,
    storage,
    store: keyValues(namespace),
    now: Date.now,
    wait: async () => {},
    newId: () => crypto.randomUUID(),
    createdBy: 'a test',
    ...others,
  });
}

/** A file to be published, of its own for each seed. */
export async function publication(
  seed: number,
  { model, sha256: backboneSha256 }: Omit<BackboneIdentity, 'blocks'> = backbone,
): Promise<Publication> {
  const made = customModel({ model, sha256: backboneSha256 }, seed);
  const file = writeModelFile(made);
  const digest = (await sha256(file)).toHex();
  const summary = summaryOf(made.manifest, {
    sha256: digest,
    bytes: file.length,
    source: 'upload',
  });
  return { file: file.buffer, summary };
}

/** One who reads, and remembers nothing from before. */
export function reader(
  now: () => number = Date.now,
  namespace: KeyValueNamespace = bindings.MODELS,
): KeyValueCatalog {
  const store = keyValues(namespace);
  return new KeyValueCatalog(store, new ModelFiles(store, () => backbone), now);
}
