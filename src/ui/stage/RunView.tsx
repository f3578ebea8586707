import type { Run } from '../../store/app-state';
import { seedOfImage } from '../../store/settings';
import { describeSubject } from '../../store/subject';
import { PictureCanvas } from '../parts/PictureCanvas';
import { NoisePicture } from './NoisePicture';
import { PictureGrid } from './PictureGrid';
import { RunProgress } from './RunProgress';
import { SceneHead } from './SceneHead';
import { StripRunView } from './StripRunView';
import { Tile } from './Tile';

/** A run under way: how far it is, and the pictures as far as they can be guessed. */
export function RunView({ run }: { run: Run }) {
  const { kind, settings, model, previews } = run;
  if (kind === 'strip') return <StripRunView run={run} />;
  const subject = describeSubject(settings, model);
  return (
    <>
      <SceneHead title={subject} note={<RunProgress run={run} />} />
      <PictureGrid count={settings.images}>
        {Array.from({ length: settings.images }, (_, index) => {
          const seed = seedOfImage(settings, index);
          const preview = previews.at(index);
          return (
            <Tile key={index} isBusy>
              {preview ? (
                <PictureCanvas picture={preview} label={`Preview: ${subject}, seed ${seed}`} />
              ) : (
                <NoisePicture seed={seed} />
              )}
            </Tile>
          );
        })}
      </PictureGrid>
    </>
  );
}
