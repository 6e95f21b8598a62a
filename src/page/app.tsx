import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { PagePhoto } from './asker.ts';
import { ChallengePlace } from './challenge-place.tsx';
import { Command } from './command.tsx';
import { curlCommand } from './curl-command.ts';
import { Grid } from './grid/grid.tsx';
import { KeyForm, KeyOffer } from './key-form.tsx';
import { localAsker } from './local-asker.ts';
import { LocalSwitch } from './local-switch.tsx';
import { ModelChoice } from './model-choice.tsx';
import { useOnline } from './offline.ts';
import { type PetalAddress, readModelFile } from './petal-api.ts';
import { PhotoAnswerView } from './photo-answer-view.tsx';
import { PhotoIntake } from './photo-intake.tsx';
import { rememberedKey, rememberedLocal, rememberKey, rememberLocal } from './remembered.ts';
import { serverAsker } from './server-asker.ts';
import { Teach } from './teach/teach.tsx';
import type { Challenge } from './turnstile.ts';
import { useAccess } from './use-access.ts';
import { useLocalNetwork } from './use-local-network.ts';
import { useModelChoice } from './use-model-choice.ts';
import { useModels } from './use-models.ts';

export interface AppProps {
  /** Of Petal. */
  readonly url: URL;
  /** Name of the backbone, which tells ImageNet's classes apart. */
  readonly backbone: string;
}

/** Photos that were given together. */
interface Given {
  readonly photos: readonly PagePhoto[];
  /** They are looked at in this browser: the switch was on, and nobody has said since that they may be sent. */
  readonly isKept: boolean;
}

/** Everything at `/` that needs scripts. */
export function App({ url, backbone }: AppProps) {
  // A new object, be it with the same contents, means that Petal is asked again.
  const [address, setAddress] = useState<PetalAddress>(() => ({ url, key: rememberedKey() }));
  const access = useAccess(address);
  const models = useModels(address);
  const [model, chooseModel] = useModelChoice(backbone);
  const [challenge, setChallenge] = useState<Challenge>();
  const network = useLocalNetwork(url);
  const [isLocal, setLocal] = useState(rememberedLocal);
  const [given, setGiven] = useState<Given>();
  const [opened, setOpened] = useState<PagePhoto>();
  const isOnline = useOnline();

  const isKept = given?.isKept ?? isLocal;
  const { load, dispose, state: networkState } = network;
  useEffect(() => {
    if (isLocal) load();
    else if (!isKept) dispose();
  }, [isLocal, isKept, load, dispose]);
  // Before there is a photo, a browser that can't do it switches back; with one, the person decides.
  const hasFailed = networkState.kind === 'failed';
  useEffect(() => {
    if (hasFailed && given === undefined) setLocal(false);
  }, [hasFailed, given]);

  const scopes = access.answer?.scopes;
  const siteKey = access.answer?.turnstileSiteKey;
  const isReady = scopes !== undefined && (siteKey === undefined || challenge !== undefined);
  const makeAsker = useCallback(
    (model: string, isKept: boolean) => {
      const isOwn = model !== backbone;
      if (!isKept) {
        return serverAsker({ ...address, model: isOwn ? model : undefined, challenge });
      }
      return localAsker({
        network: load,
        onBroken: dispose,
        readModel: isOwn ? () => readModelFile(address, model) : undefined,
      });
    },
    [address, backbone, challenge, load, dispose],
  );
  const asker = useMemo(() => makeAsker(model, isKept), [makeAsker, model, isKept]);
  const askerOf = useCallback((name: string) => makeAsker(name, isLocal), [makeAsker, isLocal]);

  const take = (photos: readonly PagePhoto[]): void => {
    setGiven({ photos, isKept: isLocal });
    setOpened(photos.length === 1 ? photos[0] : undefined);
  };
  const switchTo = (isOn: boolean): void => {
    rememberLocal(isOn);
    setLocal(isOn);
    if (isOn && given !== undefined) setGiven({ ...given, isKept: true });
  };
  const changeKey = (key: string | undefined): void => {
    rememberKey(key);
    setAddress({ url, key });
  };
  const onModelTrained = (name: string): void => {
    // Its name stands for another version now.
    setAddress({ ...address });
    chooseModel(name);
  };

  const onModelDeleted = (name: string): void => {
    setAddress({ ...address });
    if (model === name) chooseModel(backbone);
  };

  const mayAsk = isLocal || scopes === undefined || scopes.includes('classify');
  return (
    <>
      <p class="offline" role="status">
        {(!isOnline || access.isUnreachable) &&
          `${isOnline ? 'Petal can’t be reached.' : 'You are offline.'} ${
            networkState.kind === 'ready'
              ? 'Photos are looked at in your browser.'
              : 'Photos can be looked at when that is over.'
          }`}
      </p>
      {mayAsk ? (
        <PhotoIntake isCompact={given !== undefined} onPhotos={take} />
      ) : (
        <KeyForm refusal={access.refusal} hasKey={address.key !== undefined} onKey={changeKey} />
      )}
      <section class="settings" aria-label="Settings" data-compact={given !== undefined}>
        <ModelChoice models={models} backbone={backbone} chosen={model} onChoose={chooseModel} />
        <LocalSwitch isOn={isLocal} state={networkState} onSwitch={switchTo} />
      </section>
      {scopes !== undefined &&
        mayAsk &&
        (address.key !== undefined || !scopes.includes('train')) && (
          <KeyOffer hasKey={address.key !== undefined} onKey={changeKey} />
        )}
      {siteKey !== undefined && !isLocal && (
        <ChallengePlace siteKey={siteKey} onChallenge={setChallenge} />
      )}
      {given !== undefined && opened !== undefined && (
        <>
          {given.photos.length > 1 && (
            <p>
              <button type="button" class="quiet" onClick={() => setOpened(undefined)}>
                Back to all {given.photos.length} photos
              </button>
            </p>
          )}
          <PhotoAnswerView
            key={opened}
            photo={opened}
            asker={isReady || isKept ? asker : undefined}
            onSend={isKept ? () => setGiven({ ...given, isKept: false }) : undefined}
            onCancel={() => setGiven(undefined)}
          />
        </>
      )}
      {given !== undefined && given.photos.length > 1 && (
        // It goes on, and keeps its answers, while one of them is looked at.
        <div hidden={opened !== undefined}>
          <Grid photos={given.photos} asker={asker} modelName={model} onOpen={setOpened} />
        </div>
      )}
      <Command
        text={curlCommand({
          url,
          model: model === backbone ? undefined : model,
          fileName: opened?.name ?? 'photo.jpg',
          needsKey: address.key !== undefined,
        })}
      />
      {scopes?.includes('train') && (
        <Teach
          url={url}
          askerOf={askerOf}
          apiKey={address.key}
          onModelTrained={onModelTrained}
          onModelDeleted={onModelDeleted}
        />
      )}
    </>
  );
}
