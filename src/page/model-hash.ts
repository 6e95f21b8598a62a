/** The model that is chosen stands in the address behind the `#`, so that it can be linked. */
export function modelOfHash(hash: string): string | undefined {
  return new URLSearchParams(hash.slice(1)).get('model') ?? undefined;
}

/** @param model undefined for ImageNet's classes */
export function hashOfModel(model: string | undefined): string {
  return model === undefined ? '' : `#${new URLSearchParams({ model })}`;
}
