import { ActionButton } from '../parts/ActionButton';
import { formatGuess } from '../format';
import { useApp } from '../use-app';
import { expectedRunMs } from '../../store/run-time';
import styles from './RunButtons.module.css';

/** Waits shorter than this need no warning. */
const worthSayingMs = 8000;

/** Generate and Compare; while one of them works, Cancel. */
export function RunButtons() {
  const ready = useApp((app) => app.engine.status === 'ready');
  const isStatic = useApp((app) => app.model?.dynamic === false);
  const running = useApp((app) => app.run !== null);
  const cancelling = useApp((app) => app.run?.cancelling ?? false);
  const generate = useApp((app) => app.generate);
  const compare = useApp((app) => app.compare);
  const cancel = useApp((app) => app.cancel);
  const expected = useApp(expectedRunMs);
  return (
    <div className={styles.bar}>
      {!running && ready && expected !== undefined && expected > worthSayingMs && (
        <p className={styles.estimate}>Will take {formatGuess(expected)} on this machine.</p>
      )}
      <div className={styles.buttons}>
        <ActionButton
          look={running ? 'plain' : 'primary'}
          isDisabled={!ready || cancelling}
          onPress={() => (running ? cancel() : void generate())}
        >
          {running ? (cancelling ? 'Cancelling…' : 'Cancel') : 'Generate'}
        </ActionButton>
        <ActionButton isDisabled={!ready || running || isStatic} onPress={() => void compare()}>
          Compare
        </ActionButton>
      </div>
    </div>
  );
}
