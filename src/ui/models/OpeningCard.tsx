import type { Opening } from '../../store/models/opening';
import { ActionButton } from '../parts/ActionButton';
import { IconButton } from '../parts/IconButton';
import { Progress } from '../parts/Progress';
import { useApp } from '../use-app';
import { typeNames } from './dtype-words';
import styles from './OpeningCard.module.css';
import { QuestionForm } from './QuestionForm';

/** What becomes of files that were dropped or chosen, until they are a model in use. */
export function OpeningCard() {
  const opening = useApp((app) => app.opening);
  const drop = useApp((app) => app.dropOpening);
  if (!opening) return null;
  switch (opening.status) {
    case 'reading':
      return <Progress words={`Looking at ${nameSome(opening.files)}`} />;
    case 'confirming':
      return <ConfirmAddress url={opening.url} />;
    case 'fetching':
      return (
        <div className={styles.keeping}>
          <Progress
            words={`Fetching ${opening.url}`}
            {...(opening.fraction === undefined ? {} : { fraction: opening.fraction })}
          />
          <ActionButton look="quiet" onPress={drop}>
            Cancel
          </ActionButton>
        </div>
      );
    case 'keeping':
      return (
        <div className={styles.keeping}>
          <Progress
            words={`Keeping ${opening.name} as ${typeNames[opening.dtype]}`}
            fraction={opening.fraction}
          />
          <ActionButton look="quiet" onPress={drop}>
            Cancel
          </ActionButton>
        </div>
      );
    case 'queued':
      return (
        <Words onDismiss={drop}>
          {`${opening.name} is opened as soon as ${queuedBehind[opening.behind]}.`}
        </Words>
      );
    case 'waiting':
      return (
        <Words onDismiss={drop}>
          {`${nameSome(opening.files)} ${opening.files.length === 1 ? 'is' : 'are'} here. ${opening.sentences.join(' ')}`}
        </Words>
      );
    case 'asking':
      return <QuestionForm key={keyOf(opening)} opening={opening} />;
  }
}

const queuedBehind = {
  engine: 'the engine runs again or has started',
  run: 'this run has ended',
} as const;

/** A link can name any address: it is shown before anything is asked of it. */
function ConfirmAddress({ url }: { url: string }) {
  const openAddress = useApp((app) => app.openAddress);
  const drop = useApp((app) => app.dropOpening);
  return (
    <section className={styles.confirm} aria-label="A model from elsewhere" data-testid="opening">
      <p>
        This link asks for a model from <strong>{new URL(url).host}</strong>: {url}. Nothing has
        been fetched yet. Weights cannot run anything here, but that host will see your address.
      </p>
      <div className={styles.actions}>
        <ActionButton look="primary" onPress={() => void openAddress(url)}>
          Fetch it
        </ActionButton>
        <ActionButton look="quiet" onPress={drop}>
          Not now
        </ActionButton>
      </div>
    </section>
  );
}

/** Other files are another form; other answers are not. */
function keyOf({ model }: Extract<Opening, { status: 'asking' }>): string {
  return model.name + model.filesIdentity;
}

function Words({ children, onDismiss }: { children: string | string[]; onDismiss: () => void }) {
  return (
    <div className={styles.words} role="status" data-testid="opening">
      <p>{children}</p>
      <IconButton label="Let go of these files" icon="close" onPress={onDismiss} />
    </div>
  );
}

function nameSome(files: readonly File[]): string {
  const names = files.slice(0, 2).map(({ name }) => name);
  const left = files.length - names.length;
  return left > 0 ? `${names.join(', ')} and ${left} more` : names.join(' and ');
}
