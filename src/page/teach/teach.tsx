import { useMemo, useRef, useState } from 'preact/hooks';
import type { TeachProps } from '../asker.ts';
import { ChooseModel } from './choose-model.tsx';
import { TaughtModel } from './taught-model.ts';
import { Workbench } from './workbench.ts';
import { WorkbenchView } from './workbench-view.tsx';

/** A model of one's own, from its name to its answers, without leaving the page. */
export function Teach({ url, apiKey, askerOf, onModelTrained }: TeachProps) {
  const { href } = url;
  const address = useMemo(() => ({ url: new URL(href), apiKey }), [href, apiKey]);
  const [name, setName] = useState<string>();
  const latestOnTrained = useRef(onModelTrained);
  latestOnTrained.current = onModelTrained;
  const bench = useMemo(
    () =>
      name === undefined
        ? undefined
        : new Workbench(new TaughtModel(address, name), (trained) =>
            latestOnTrained.current(trained),
          ),
    [address, name],
  );
  return (
    <section class="teach" aria-labelledby="teach">
      <h2 id="teach">Teach it</h2>
      {bench === undefined ? (
        <ChooseModel address={address} onChoose={setName} />
      ) : (
        <WorkbenchView bench={bench} askerOf={askerOf} onLeave={() => setName(undefined)} />
      )}
    </section>
  );
}
