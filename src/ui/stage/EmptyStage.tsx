import { showsGallery } from '../../store/gallery-actions';
import { linkInUse } from '../../store/recipe';
import { seedOfImage } from '../../store/settings';
import { describeSubject } from '../../store/subject';
import { canShow } from '../emoji-font';
import { useApp } from '../use-app';
import { describeSampling, describeToggles } from './describe';
import styles from './EmptyStage.module.css';
import { NoisePicture } from './NoisePicture';
import { PictureGrid } from './PictureGrid';
import { SceneHead } from './SceneHead';
import { Tile } from './Tile';
import { CopyLink } from './CopyLink';

/** Places that had best be filled before any setting is known. */
const placesAtFirst = 4;

/** Before the first run: the noise that the pictures will come from, unless there are pictures to see. */
export function EmptyStage() {
  const settings = useApp((app) => app.settings);
  const model = useApp((app) => app.model);
  const engine = useApp((app) => app.engine.status);
  const query = useApp(linkInUse);
  const hasGallery = useApp(showsGallery);
  const count = settings?.images ?? placesAtFirst;
  const emoji = settings ? model?.classes.at(settings.classId)?.emoji : undefined;
  if (engine === 'failed' && !model) return null;
  return (
    <>
      {settings && model ? (
        <SceneHead
          title={describeSubject(settings, model)}
          note={`${describeSampling(settings)} · ${describeToggles(settings)}`}
        />
      ) : (
        <SceneHead title="Getting ready" note="It all happens on your machine." />
      )}
      {!hasGallery && (
        <PictureGrid count={count}>
          {Array.from({ length: count }, (_, index) => (
            <Tile key={index}>
              <NoisePicture seed={settings ? seedOfImage(settings, index) : index} />
              {emoji && canShow(emoji) && (
                <span aria-hidden="true" className={styles.emoji}>
                  {emoji}
                </span>
              )}
            </Tile>
          ))}
        </PictureGrid>
      )}
      {settings && (
        <div className={styles.foot}>
          {engine === 'ready' && (
            <p>
              Every picture starts as noise. Press Generate and watch it become what you asked for.
            </p>
          )}
          <CopyLink query={query} />
        </div>
      )}
    </>
  );
}
