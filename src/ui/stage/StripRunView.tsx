import type { Run } from '../../store/app-state';
import { stepsOfStrip } from '../../store/strip-run';
import { describeSubject, describeWay } from '../../store/subject';
import { PictureCanvas } from '../parts/PictureCanvas';
import { NoisePicture } from './NoisePicture';
import { RunProgress } from './RunProgress';
import { SceneHead } from './SceneHead';
import { StripTiles } from './StripTiles';
import { Tile } from './Tile';

/** A strip under way: its pictures as they are finished. */
export function StripRunView({ run }: { run: Run }) {
  const { settings, model, previews } = run;
  const steps = stepsOfStrip(settings);
  return (
    <>
      <SceneHead title={describeWay(settings, model)} note={<RunProgress run={run} />} />
      <StripTiles>
        {(index) => {
          const picture = previews.at(index);
          return (
            <Tile isBusy={!picture}>
              {picture ? (
                <PictureCanvas picture={picture} label={describeSubject(steps[index], model)} />
              ) : (
                <NoisePicture seed={settings.seed} />
              )}
            </Tile>
          );
        }}
      </StripTiles>
    </>
  );
}
