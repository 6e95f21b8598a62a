import { useEffect, useState } from 'preact/hooks';
import type { CustomModelSummary, ModelAnswer } from '../client/client.ts';
import { isRefusal } from './asker.ts';
import { type PetalAddress, readModels } from './petal-api.ts';

/**
 * What can answer, the backbone first; empty as long as that is not known.
 *
 * @param address by identity: another one is asked anew
 */
export function useModels(address: PetalAddress): readonly (ModelAnswer | CustomModelSummary)[] {
  const [models, setModels] = useState<(ModelAnswer | CustomModelSummary)[]>([]);
  useEffect(() => {
    let isCurrent = true;
    const update = async (): Promise<void> => {
      try {
        const read = await readModels(address);
        if (isCurrent) setModels(read);
      } catch (error) {
        // Without a network ImageNet's classes are still there, in this browser.
        if (!isRefusal(error)) throw error;
      }
    };
    update();
    addEventListener('online', update);
    return () => {
      isCurrent = false;
      removeEventListener('online', update);
    };
  }, [address]);
  return models;
}
