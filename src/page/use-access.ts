import { useCallback, useEffect, useState } from 'preact/hooks';
import type { AccessAnswer } from '../contract/answers.ts';
import { isRefusal, type Refusal } from './asker.ts';
import { type PetalAddress, readAccess } from './petal-api.ts';

/** What the person at the page may do, as far as Petal has said so. */
export interface Access {
  /** Undefined until Petal has answered. */
  readonly answer: AccessAnswer | undefined;
  /** Why Petal lets nobody in with this key, or from this page. */
  readonly refusal: Refusal | undefined;
}

/** Without an answer the page lets people try: what is not allowed is refused by Petal. */
const unknown: AccessAnswer = { scopes: ['classify'] };

/** @param address by identity: another one is asked anew */
export function useAccess(address: PetalAddress): Access {
  const [access, setAccess] = useState<Access>({ answer: undefined, refusal: undefined });
  const read = useCallback(async (): Promise<Access> => {
    try {
      return { answer: await readAccess(address), refusal: undefined };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return error.code === 'network'
        ? { answer: unknown, refusal: undefined }
        : { answer: { scopes: [] }, refusal: error };
    }
  }, [address]);
  useEffect(() => {
    let isCurrent = true;
    const update = async (): Promise<void> => {
      const current = await read();
      if (isCurrent) setAccess(current);
    };
    update();
    addEventListener('online', update);
    return () => {
      isCurrent = false;
      removeEventListener('online', update);
    };
  }, [read]);
  return access;
}
