import { useEffect, useRef } from 'preact/hooks';
import { type Challenge, showChallenge } from './turnstile.ts';

export interface ChallengePlaceProps {
  readonly siteKey: string;
  /** Is given the widget, and undefined when it is taken away. */
  readonly onChallenge: (challenge: Challenge | undefined) => void;
}

/** Where Turnstile's widget is shown. */
export function ChallengePlace({ siteKey, onChallenge }: ChallengePlaceProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (place.current === null) return;
    const challenge = showChallenge(place.current, siteKey);
    onChallenge(challenge);
    return () => {
      challenge.remove();
      onChallenge(undefined);
    };
  }, [siteKey, onChallenge]);
  return <div ref={place} class="challenge" />;
}
