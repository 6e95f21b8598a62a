import { useEffect, useState } from 'preact/hooks';
import type { AccessAnswer } from '../contract/answers.ts';
import { isRefusal, type Refusal } from './asker.ts';
import { type PetalAddress, readAccess } from './petal-api.ts';

/** What the person at the page may do, as far as Petal has said so. */
export interface Access {
  /** Undefined until Petal has answered. */
  readonly answer: AccessAnswer | undefined;
  /** Why Petal lets nobody in with this key, or from this page. */
  readonly refusal?: Refusal;
  /** Whether no answer came; it is asked again after a while. */
  readonly isUnreachable: boolean;
}

/** Without an answer the page lets people try: what is not allowed is refused by Petal. */
const unknown: AccessAnswer = { scopes: ['classify'] };

const againMs = 10_000;

/** @param address by identity: another one is asked anew */
export function useAccess(address: PetalAddress): Access {
  const [access, setAccess] = useState<Access>({ answer: undefined, isUnreachable: false });
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const update = async (): Promise<void> => {
      clearTimeout(timer);
      const current = await ask(address);
      if (!isCurrent) return;
      // What was known stands while nobody answers.
      setAccess((former) =>
        current.isUnreachable && former.answer !== undefined
          ? { ...former, isUnreachable: true }
          : current,
      );
      if (current.isUnreachable) timer = setTimeout(update, againMs);
    };
    update();
    addEventListener('online', update);
    addEventListener('offline', update);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
      removeEventListener('online', update);
      removeEventListener('offline', update);
    };
  }, [address]);
  return access;
}

async function ask(address: PetalAddress): Promise<Access> {
  try {
    return { answer: await readAccess(address), isUnreachable: false };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (error.code === 'network') return { answer: unknown, isUnreachable: true };
    return { answer: { scopes: [] }, refusal: error, isUnreachable: false };
  }
}
