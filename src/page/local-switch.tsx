import { localFiles } from '../local/local-files.ts';
import { arithmeticText } from './arithmetic-text.ts';
import { sizeText } from './quantity.ts';
import type { LocalState } from './use-local-network.ts';

export interface LocalSwitchProps {
  readonly isOn: boolean;
  readonly state: LocalState;
  readonly onSwitch: (isOn: boolean) => void;
}

/** "Don't upload my photos", and what runs in this browser instead. */
export function LocalSwitch({ isOn, state, onSwitch }: LocalSwitchProps) {
  return (
    <div class="local-switch">
      <label>
        <input
          type="checkbox"
          role="switch"
          checked={isOn}
          aria-checked={isOn}
          aria-describedby="local-state"
          onChange={({ currentTarget }) => onSwitch(currentTarget.checked)}
        />{' '}
        Don’t upload my photos
      </label>
      <p
        id="local-state"
        class="local-state note"
        role="status"
        aria-live={state.kind === 'loading' ? 'off' : 'polite'}
        data-failed={state.kind === 'failed' && !isOn}
      >
        {localSentence(isOn, state)}
      </p>
      {isOn && state.kind === 'loading' && (
        <progress
          aria-label="Download of the network"
          {...(state.totalBytes > 0 ? { value: state.loadedBytes, max: state.totalBytes } : {})}
        />
      )}
    </div>
  );
}

/** The weights, and one of the binaries. */
const downloadBytes =
  localFiles.artifact.bytes +
  Math.max(...Object.values(localFiles.binaries).map(({ bytes }) => bytes));

/** How far the network in this browser is. */
export function localSentence(isOn: boolean, state: LocalState): string {
  if (state.kind === 'failed') {
    return isOn
      ? 'The network did not start. Photos were not sent.'
      : `The switch is off again. ${state.refusal.message}`;
  }
  if (!isOn) {
    return `The network runs in your browser then: about ${sizeText(downloadBytes)} are downloaded once.`;
  }
  if (state.kind === 'ready') {
    const { binary, threads, notKept = '' } = state.network;
    return `Photos stay here. The network calculates in ${arithmeticText(state.network)}; ${binary} runs with ${threads} ${threads === 1 ? 'thread' : 'threads'}. ${notKept}`;
  }
  if (state.kind === 'loading' && state.totalBytes > 0) {
    return `Downloading the network: ${sizeText(state.loadedBytes)} of ${sizeText(state.totalBytes)}`;
  }
  return 'Starting the network in your browser';
}
