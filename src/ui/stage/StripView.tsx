import { useState } from 'react';
import type { StripOutcome } from '../../store/app-state';
import { picturesOf } from '../../store/pictures-of';
import { describeSubject, describeWay } from '../../store/subject';
import { totalStatistics } from '../../store/total-statistics';
import { ActionButton } from '../parts/ActionButton';
import { PictureCanvas } from '../parts/PictureCanvas';
import { saveStrip } from '../viewer/save-picture';
import { useApp } from '../use-app';
import { Viewer } from '../viewer/Viewer';
import { describeCost, describeSampling, describeToggles } from './describe';
import { LatentNote } from './LatentNote';
import { OutcomeActions } from './OutcomeActions';
import { SceneHead } from './SceneHead';
import { StripTiles } from './StripTiles';
import { TileButton } from './Tile';

/** The way from one thing, or style, to another; each picture can be opened, saved and used. */
export function StripView({ outcome }: { outcome: StripOutcome }) {
  const [opened, setOpened] = useState<number | null>(null);
  const withSettings = useApp((app) => app.settingsInPictures);
  const save = useApp((app) => app.save);
  const { settings, model, results } = outcome;
  const cost = describeCost(totalStatistics(results.map(({ statistics }) => statistics)));
  const items = picturesOf(outcome).map((made) => ({
    ...made,
    label: `${describeSubject(made.settings, model)}, seed ${settings.seed}`,
  }));
  return (
    <>
      <SceneHead
        title={describeWay(settings, model)}
        note={`${describeSampling(settings)} · ${describeToggles(settings)} · ${cost}`}
      />
      <LatentNote model={model} />
      <StripTiles>
        {(index) => {
          const item = items.at(index);
          return (
            item && (
              <TileButton label={`Open ${item.label}`} onOpen={() => setOpened(index)}>
                <PictureCanvas picture={item.picture} label="" />
              </TileButton>
            )
          );
        }}
      </StripTiles>
      <OutcomeActions outcome={outcome}>
        <ActionButton
          look="quiet"
          icon="save"
          onPress={() => void save(() => saveStrip(outcome, withSettings))}
        >
          Save the strip
        </ActionButton>
      </OutcomeActions>
      <Viewer outcome={outcome} items={items} opened={opened} onMove={setOpened} />
    </>
  );
}
