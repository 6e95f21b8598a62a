/** What the page remembers by itself: a key as long as its tab is open, and whether photos may be sent. */

const keyName = 'petal-key';
const localName = 'petal-local';

/** Undefined where there is none, and where the browser keeps nothing for this page. */
export function rememberedKey(): string | undefined {
  return read(() => sessionStorage)?.getItem(keyName) ?? undefined;
}

export function rememberKey(key: string | undefined): void {
  const storage = read(() => sessionStorage);
  if (key === undefined) storage?.removeItem(keyName);
  else storage?.setItem(keyName, key);
}

/** Whether photos are not to be sent. */
export function rememberedLocal(): boolean {
  return read(() => localStorage)?.getItem(localName) === 'on';
}

export function rememberLocal(isLocal: boolean): void {
  const storage = read(() => localStorage);
  if (isLocal) storage?.setItem(localName, 'on');
  else storage?.removeItem(localName);
}

/** A browser that is told to block cookies throws where storage is only looked at. */
function read(storage: () => Storage): Storage | undefined {
  try {
    return storage();
  } catch {
    return undefined;
  }
}
