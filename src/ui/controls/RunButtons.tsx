import { useId } from 'react';
import { watchedRun } from '../../store/app-state';
import { goOnId } from '../FocusKeeper';
import { ActionButton } from '../parts/ActionButton';
import { Toggle } from '../parts/Toggle';
import { useApp } from '../use-app';
import { liveWords } from './live-words';
import styles from './RunButtons.module.css';

/** Generate and Compare; while one of them works, Cancel. And Live, which needs neither. */
export function RunButtons() {
  const ready = useApp((app) => app.engine.status === 'ready');
  const isStatic = useApp((app) => app.model?.dynamic === false);
  const running = useApp((app) => watchedRun(app) !== null);
  const cancelling = useApp((app) => app.run?.cancelling ?? false);
  const live = useApp((app) => app.live);
  const words = useApp(liveWords);
  const { generate, compare, cancel, setLive } = useActions();
  const wordsId = useId();
  return (
    <div className={styles.bar}>
      <p id={wordsId} className={`${styles.words} ${ready && !running ? '' : styles.quiet}`}>
        {words}
      </p>
      <div className={styles.buttons}>
        <ActionButton
          look={running ? 'plain' : 'primary'}
          id={goOnId}
          isDisabled={!ready}
          isPending={cancelling}
          onPress={() => (running ? cancel() : void generate())}
        >
          {running ? (cancelling ? 'Cancelling…' : 'Cancel') : 'Generate'}
        </ActionButton>
        <ActionButton isDisabled={!ready || running || isStatic} onPress={() => void compare()}>
          Compare
        </ActionButton>
        <Toggle
          name="Live"
          look="stacked"
          explainedBy={wordsId}
          isSelected={live}
          onChange={setLive}
        />
      </div>
    </div>
  );
}

function useActions() {
  return {
    generate: useApp((app) => app.generate),
    compare: useApp((app) => app.compare),
    cancel: useApp((app) => app.cancel),
    setLive: useApp((app) => app.setLive),
  };
}
