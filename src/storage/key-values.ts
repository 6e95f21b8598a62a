import { AppError } from '../errors.ts';

/** What Petal needs of Workers KV (developers.cloudflare.com/kv/api): the binding's own interface. */
export interface KeyValueNamespace {
  get(key: string, options: { type: 'text' }): Promise<string | null>;
  get(key: string, options: { type: 'arrayBuffer'; cacheTtl: number }): Promise<ArrayBuffer | null>;
  put(key: string, value: string | ArrayBuffer, options?: { metadata?: unknown }): Promise<void>;
  delete(key: string): Promise<void>;
  list(options: { prefix: string; cursor?: string | null }): Promise<{
    keys: { name: string; metadata?: unknown }[];
    list_complete: boolean;
    cursor?: string;
  }>;
}

/**
 * Values by key that every location reads. A location may answer with what was
 * there up to a minute ago; it never answers with half of a value.
 *
 * All of it throws AppError `model-unavailable` where the namespace fails.
 */
export interface KeyValues {
  text(key: string): Promise<string | undefined>;
  /** For values that never change: a location may keep one for a day. */
  bytes(key: string): Promise<ArrayBuffer | undefined>;
  /** @param metadata comes with lists; at most 1024 bytes as JSON */
  put(key: string, value: string | ArrayBuffer, metadata?: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  /** Every key that begins so, in their order, with its metadata. */
  list(prefix: string): Promise<{ readonly key: string; readonly metadata: unknown }[]>;
}

const unchangingSeconds = 86_400;

export function keyValues(namespace: KeyValueNamespace): KeyValues {
  return {
    text: (key) => attempt(async () => (await namespace.get(key, { type: 'text' })) ?? undefined),
    bytes: (key) =>
      attempt(
        async () =>
          (await namespace.get(key, { type: 'arrayBuffer', cacheTtl: unchangingSeconds })) ??
          undefined,
      ),
    put: (key, value, metadata) =>
      attempt(() => namespace.put(key, value, metadata === undefined ? {} : { metadata })),
    delete: (key) => attempt(() => namespace.delete(key)),
    list: (prefix) => attempt(() => listAll(namespace, prefix)),
  };
}

async function listAll(
  namespace: KeyValueNamespace,
  prefix: string,
): ReturnType<KeyValues['list']> {
  const found: { key: string; metadata: unknown }[] = [];
  let cursor: string | undefined;
  do {
    const page = await namespace.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
    for (const { name, metadata } of page.keys) found.push({ key: name, metadata });
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor !== undefined);
  return found;
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new AppError(
      'model-unavailable',
      'The store of models does not answer. Try again in a few seconds.',
      { cause },
    );
  }
}
