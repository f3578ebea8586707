import type { ErrorReport } from '../../errors';
import { ActionButton } from '../parts/ActionButton';
import { IconButton } from '../parts/IconButton';
import { useApp } from '../use-app';
import { FoldedDetail } from './FoldedDetail';
import styles from './ProblemCard.module.css';
import { problemTexts, type Remedy, remedyWords } from './remedies';
import { splitMessage } from './split-message';

interface Props {
  error: ErrorReport;
  remedies: readonly Remedy[];
  onDismiss?: () => void;
}

/** What went wrong, what to do about it, and buttons that do it. */
export function ProblemCard({ error, remedies, onDismiss }: Props) {
  const { title, advice } = problemTexts[error.code];
  // The engine knows the case at hand; what is said of its kind is for cases that it does not.
  const what = error.advice || advice;
  const { sentence, detail } = splitMessage(error.message);
  const apply = useRemedy();
  return (
    <div className={styles.card} role="alert" data-error={error.code}>
      <div className={styles.words}>
        <h2 className={styles.title}>{title}</h2>
        <p>{sentence}</p>
        {what && <p>{what}</p>}
        {remedies.length > 0 && (
          <div className={styles.remedies}>
            {remedies.map((remedy) => (
              <ActionButton
                key={remedy}
                look={remedy === 'resume' ? 'primary' : 'plain'}
                onPress={() => apply(remedy)}
              >
                {remedyWords[remedy]}
              </ActionButton>
            ))}
          </div>
        )}
        {detail !== undefined && <FoldedDetail text={detail} />}
      </div>
      {onDismiss && <IconButton label="Dismiss" icon="close" onPress={onDismiss} />}
    </div>
  );
}

function useRemedy(): (remedy: Remedy) => void {
  const start = useApp((app) => app.start);
  const retryLoad = useApp((app) => app.retryLoad);
  const loadBuiltIn = useApp((app) => app.loadBuiltIn);
  const generate = useApp((app) => app.generate);
  const generateFewer = useApp((app) => app.generateFewer);
  const chooseBackend = useApp((app) => app.chooseBackend);
  const goOn = useApp((app) => app.goOn);
  const goOnOnProcessor = useApp((app) => app.goOnOnProcessor);
  return (remedy) => {
    switch (remedy) {
      case 'start-again':
      case 'try-start':
        void start();
        break;
      case 'retry-load':
        void retryLoad();
        break;
      case 'built-in':
        void loadBuiltIn();
        break;
      case 'fewer':
        void generateFewer();
        break;
      case 'generate':
        void generate();
        break;
      case 'processor':
        void chooseBackend('wasm');
        break;
      case 'resume':
        void goOn();
        break;
      case 'go-on':
        void goOnOnProcessor();
        break;
      case 'reload':
        location.reload();
    }
  };
}
