import { useId } from 'react';
import { Button } from 'react-aria-components';
import { watchedRun } from '../../store/app-state';
import { showsGallery } from '../../store/gallery-actions';
import { useApp } from '../use-app';
import styles from './Gallery.module.css';

/** Pictures that these weights drew, for those who have drawn nothing of their own yet. */
export function Gallery() {
  const isShown = useApp(showsGallery);
  const gallery = useApp((app) => app.gallery);
  const ready = useApp((app) => app.engine.status === 'ready');
  const running = useApp((app) => watchedRun(app) !== null);
  const drawAgain = useApp((app) => app.drawAgain);
  const titleId = useId();
  if (!isShown) return null;
  return (
    <section className={styles.gallery} aria-labelledby={titleId}>
      <h3 id={titleId} className={styles.title}>
        Drawn by these weights
      </h3>
      <p className={styles.note}>Press one to take over its settings and draw it yourself.</p>
      <ul className={styles.pictures}>
        {gallery.map((picture) => (
          <li key={picture.url}>
            <Button
              className={styles.picture}
              aria-label={`Draw ${picture.title}`}
              isDisabled={!ready || running}
              onPress={() => void drawAgain(picture)}
            >
              <img className={styles.image} src={picture.url} alt="" />
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
