import { useState } from 'react';
import { targetDtypes, type TargetDtype } from '../../checkpoint/convert/converted-tensor';
import { ActionButton } from '../parts/ActionButton';
import { Choice } from '../parts/Choice';
import { useApp } from '../use-app';
import { typeNames, typeNotes } from './dtype-words';
import styles from './ModelsView.module.css';
import { OpeningCard } from './OpeningCard';

/** The model in use where it came from files: to be kept, or asked about once more. */
export function KeepModel({ onDone }: { onDone: () => void }) {
  const source = useApp((app) => app.source);
  const identity = useApp((app) => app.model?.identity);
  const dtype = useApp((app) => app.model?.weightDtype ?? 'f16');
  const kept = useApp((app) => app.shelf.overview?.models);
  const opening = useApp((app) => app.opening);
  const keep = useApp((app) => app.keep);
  const askAgain = useApp((app) => app.askAgain);
  const [type, setType] = useState<TargetDtype>(dtype);
  // Its place on the page is covered.
  if (opening?.status === 'keeping') return <OpeningCard />;
  if (source.kind !== 'files') return null;
  const isKept = kept?.some(({ originIdentity }) => originIdentity === identity) ?? false;
  return (
    <div className={styles.keep}>
      <Choice
        label={isKept ? `Keep ${source.name} in another type` : `Keep ${source.name}`}
        options={targetDtypes.map((value) => ({
          value,
          label: `${typeNames[value]}: ${typeNotes[value]}`,
        }))}
        value={type}
        onChange={setType}
      />
      <div className={styles.buttons}>
        <ActionButton isDisabled={opening !== null} onPress={() => void keep(type)}>
          Keep
        </ActionButton>
        <ActionButton look="quiet" onPress={() => void askAgain().then(onDone)}>
          What is known of it…
        </ActionButton>
      </div>
    </div>
  );
}
