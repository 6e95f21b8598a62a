import { useMemo, useRef, useState } from 'preact/hooks';
import type { TeachProps } from '../asker.ts';
import { ChooseModel } from './choose-model.tsx';
import { TaughtModel } from './taught-model.ts';
import { Workbench } from './workbench.ts';
import { WorkbenchView } from './workbench-view.tsx';

/** A model of one's own, from its name to its answers, without leaving the page. */
export function Teach(props: TeachProps) {
  const { url, apiKey, askerOf } = props;
  const { href } = url;
  const address = useMemo(() => ({ url: new URL(href), key: apiKey }), [href, apiKey]);
  const [name, setName] = useState<string>();
  const latest = useRef(props);
  latest.current = props;
  const bench = useMemo(
    () =>
      name === undefined
        ? undefined
        : new Workbench(new TaughtModel(address, name), {
            onModelTrained: (trained) => latest.current.onModelTrained(trained),
            onModelDeleted: (deleted) => latest.current.onModelDeleted(deleted),
          }),
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
