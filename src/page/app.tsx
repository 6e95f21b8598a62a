import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { LocalNetwork } from '../local/local-network.ts';
import type { PagePhoto } from './asker.ts';
import { ChallengePlace } from './challenge-place.tsx';
import { Command } from './command.tsx';
import { curlCommand } from './curl-command.ts';
import { Grid } from './grid/grid.tsx';
import { KeyForm, KeyOffer } from './key-form.tsx';
import { localAsker } from './local-asker.ts';
import { LocalSwitch, localSentence } from './local-switch.tsx';
import { ModelChoice } from './model-choice.tsx';
import { type PetalAddress, readModelFile } from './petal-api.ts';
import { PhotoAnswerView } from './photo-answer-view.tsx';
import { PhotoIntake } from './photo-intake.tsx';
import { ReachNotice } from './reach-notice.tsx';
import { rememberedKey, rememberedLocal, rememberKey, rememberLocal } from './remembered.ts';
import { serverAsker } from './server-asker.ts';
import { Teach } from './teach/teach.tsx';
import type { Challenge } from './turnstile.ts';
import { useAccess } from './use-access.ts';
import { useGiven } from './use-given.ts';
import { useLocalNetwork } from './use-local-network.ts';
import { useModelChoice } from './use-model-choice.ts';
import { useModels } from './use-models.ts';

export interface AppProps {
  /** Of Petal. */
  readonly url: URL;
  /** Name of the backbone, which tells ImageNet's classes apart. */
  readonly backbone: string;
  /** What it calculates with on the server, and so in this browser. */
  readonly arithmetic: LocalNetwork['arithmetic'];
}

/** Everything at `/` that needs scripts. */
export function App({ url, backbone, arithmetic }: AppProps) {
  // A new object, be it with the same contents, means that Petal is asked again.
  const [address, setAddress] = useState<PetalAddress>(() => ({ url, key: rememberedKey() }));
  const access = useAccess(address);
  const models = useModels(address);
  const [model, chooseModel] = useModelChoice(backbone);
  const [challenge, setChallenge] = useState<Challenge>();
  const [isLocal, setLocal] = useState(rememberedLocal);
  const { load, dispose, state: network } = useLocalNetwork(url, arithmetic);
  const given = useGiven();
  const { photos, opened, isKept } = given;

  const isNetworkNeeded = isLocal || (photos !== undefined && isKept);
  useEffect(() => {
    if (isLocal) load();
    else if (!isNetworkNeeded) dispose();
  }, [isLocal, isNetworkNeeded, load, dispose]);
  // Before there is a photo, a browser that can't do it switches back; with one, the person decides.
  const isBroken = network.kind === 'failed';
  useEffect(() => {
    if (isBroken && photos === undefined) setLocal(false);
  }, [isBroken, photos]);

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

  const { scopes, turnstileSiteKey: siteKey } = access.answer ?? {};
  const isReady =
    isKept || (scopes !== undefined && (siteKey === undefined || challenge !== undefined));
  const mayAsk = isLocal || scopes === undefined || scopes.includes('classify');
  const hasKey = address.key !== undefined;

  const switchTo = (isOn: boolean): void => {
    rememberLocal(isOn);
    setLocal(isOn);
    if (isOn) given.setKept(true);
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
  const send = (): void => given.setKept(false);

  return (
    <>
      <ReachNotice
        isUnreachable={access.isUnreachable}
        isLocalReady={isLocal && network.kind === 'ready'}
      />
      {mayAsk ? (
        <PhotoIntake
          isCompact={photos !== undefined}
          onPhotos={(taken: readonly PagePhoto[]) => given.take(taken, isLocal)}
        />
      ) : (
        <KeyForm refusal={access.refusal} hasKey={hasKey} onKey={changeKey} />
      )}
      <section class="settings" aria-label="Settings" data-compact={photos !== undefined}>
        <ModelChoice models={models} backbone={backbone} chosen={model} onChoose={chooseModel} />
        <LocalSwitch isOn={isLocal} state={network} onSwitch={switchTo} />
      </section>
      {mayAsk && scopes !== undefined && (hasKey || !scopes.includes('train')) && (
        <KeyOffer hasKey={hasKey} onKey={changeKey} />
      )}
      {siteKey !== undefined && !isLocal && (
        <ChallengePlace siteKey={siteKey} onChallenge={setChallenge} />
      )}
      {photos !== undefined && isKept && (!isLocal || (isBroken && photos.length > 1)) && (
        <p class="choices">
          <span class="note">What you gave was not sent to the server.</span>
          <button type="button" class="quiet" onClick={send}>
            Send it now
          </button>
        </p>
      )}
      {photos !== undefined && photos.length > 1 && opened !== undefined && (
        <p>
          <button type="button" class="quiet" onClick={given.leave}>
            Back to all {photos.length} photos
          </button>
        </p>
      )}
      {opened !== undefined && (
        <PhotoAnswerView
          key={opened}
          photo={opened}
          asker={isReady ? asker : undefined}
          onSend={isKept ? send : undefined}
          onCancel={given.leave}
          doing={isKept && network.kind === 'loading' ? localSentence(true, network) : undefined}
        />
      )}
      {photos !== undefined && photos.length > 1 && isReady && (
        // It goes on, and keeps its answers, while one of them is looked at.
        <div hidden={opened !== undefined}>
          <Grid photos={photos} asker={asker} modelName={model} onOpen={given.open} />
        </div>
      )}
      <Command
        text={curlCommand({
          url,
          model: model === backbone ? undefined : model,
          fileName: opened?.name ?? 'photo.jpg',
          needsKey: hasKey,
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
