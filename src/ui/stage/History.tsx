import { Button } from 'react-aria-components';
import type { Picture } from '../../engine/api';
import { type Outcome, watchedRun } from '../../store/app-state';
import { picturesOf } from '../../store/pictures-of';
import { describeRecipe } from '../../store/recipe';
import { download } from '../download';
import { ActionButton } from '../parts/ActionButton';
import { PictureCanvas } from '../parts/PictureCanvas';
import { useApp } from '../use-app';
import styles from './History.module.css';

/** The last runs, those of earlier visits too, a press away. */
export function History() {
  const outcomes = useApp((app) => app.outcomes);
  const shownId = useApp((app) => app.shownId);
  const show = useApp((app) => app.show);
  const running = useApp((app) => watchedRun(app) !== null);
  const clear = useApp((app) => app.clearHistory);
  const withSettings = useApp((app) => app.settingsInPictures);
  const save = useApp((app) => app.save);
  const [first] = outcomes;
  if (outcomes.length === 0 || (outcomes.length === 1 && first.id === shownId)) return null;
  return (
    <div className={styles.all}>
      <nav className={styles.history} aria-label="Earlier runs">
        {outcomes.map((outcome) => (
          <Button
            key={outcome.id}
            className={styles.entry}
            isDisabled={running}
            aria-label={labelOf(outcome)}
            aria-current={outcome.id === shownId ? 'true' : undefined}
            onPress={() => show(outcome.id)}
          >
            <Thumbnail outcome={outcome} />
          </Button>
        ))}
      </nav>
      <div className={styles.actions}>
        <ActionButton
          look="quiet"
          icon="save"
          onPress={() => void save(() => downloadAll(outcomes, withSettings))}
        >
          Download all
        </ActionButton>
        <ActionButton look="quiet" icon="close" isDisabled={running} onPress={() => void clear()}>
          Clear
        </ActionButton>
      </div>
    </div>
  );
}

/** The part that makes archives is only fetched by those who want one. */
async function downloadAll(outcomes: readonly Outcome[], withSettings: boolean): Promise<void> {
  const { zipOfPictures } = await import('../../store/history-zip');
  download(await zipOfPictures(outcomes, withSettings), 'dydit-pictures.zip');
}

function Thumbnail({ outcome }: { outcome: Outcome }) {
  const pictures = thumbnailsOf(outcome);
  return (
    <span className={styles.pictures}>
      {pictures.map((picture, i) => (
        <PictureCanvas key={i} picture={picture} label="" />
      ))}
    </span>
  );
}

/** The first picture; both of the first pair; the ends of a strip and its middle. */
function thumbnailsOf(outcome: Outcome): readonly Picture[] {
  const pictures = picturesOf(outcome).map(({ picture }) => picture);
  switch (outcome.kind) {
    case 'pictures':
      return pictures.slice(0, 1);
    case 'comparison':
      return pictures.slice(0, 2);
    case 'strip':
      return pictures.filter((_, i) => i % 2 === 0);
  }
}

const kinds = { pictures: '', comparison: 'Comparison: ', strip: 'Strip: ' } as const;

function labelOf(outcome: Outcome): string {
  return `${kinds[outcome.kind]}${describeRecipe(outcome)}, seed ${outcome.settings.seed}`;
}
