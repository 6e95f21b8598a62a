import { useEffect, useState } from 'preact/hooks';

/** Keeps the page for when there is no network. Browsers do so only for https and for this machine. */
export async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register('/service-worker.js');
  } catch (error) {
    // The page does without: browsers may forbid it, as some do in private windows.
    console.info('The page is not kept for offline use.', error);
    return;
  }
  const { active } = await navigator.serviceWorker.ready;
  // What was loaded before the service worker watched.
  active?.postMessage(performance.getEntriesByType('resource').map(({ name }) => name));
}

/** Whether the browser believes that there is a network. */
export function useOnline(): boolean {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = (): void => setOnline(navigator.onLine);
    addEventListener('online', update);
    addEventListener('offline', update);
    return () => {
      removeEventListener('online', update);
      removeEventListener('offline', update);
    };
  }, []);
  return isOnline;
}
