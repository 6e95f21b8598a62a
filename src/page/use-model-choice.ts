import { useCallback, useEffect, useState } from 'preact/hooks';
import { hashOfModel, modelOfHash } from './model-hash.ts';

/**
 * The model that is chosen, which stands in the address.
 *
 * @param backbone what is chosen where the address says nothing
 */
export function useModelChoice(backbone: string): [string, (model: string) => void] {
  const [model, setModel] = useState(() => modelOfHash(location.hash) ?? backbone);
  useEffect(() => {
    const update = (): void => setModel(modelOfHash(location.hash) ?? backbone);
    addEventListener('hashchange', update);
    return () => removeEventListener('hashchange', update);
  }, [backbone]);
  const choose = useCallback(
    (chosen: string): void => {
      const hash = hashOfModel(chosen === backbone ? undefined : chosen);
      // An empty hash leaves no `#` behind, and nothing scrolls.
      history.replaceState(null, '', hash === '' ? location.pathname + location.search : hash);
      setModel(chosen);
    },
    [backbone],
  );
  return [model, choose];
}
