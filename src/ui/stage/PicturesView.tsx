import { useState } from 'react';
import type { PicturesOutcome } from '../../store/app-state';
import { seedOfImage, settingsOfImage } from '../../store/settings';
import { describeSubject } from '../../store/subject';
import { SavablePicture } from '../viewer/SavablePicture';
import { Viewer } from '../viewer/Viewer';
import { describeCost, describeSampling, describeToggles } from './describe';
import { FewerNote } from './FewerNote';
import { LatentNote } from './LatentNote';
import { PictureGrid } from './PictureGrid';
import { OutcomeActions } from './OutcomeActions';
import { SceneHead } from './SceneHead';
import { TileButton } from './Tile';

/** The pictures of a finished run. */
export function PicturesView({ outcome }: { outcome: PicturesOutcome }) {
  const [opened, setOpened] = useState<number | null>(null);
  const { settings, model, result } = outcome;
  const subject = describeSubject(settings, model);
  const items = result.pictures.map((picture, index) => ({
    picture,
    settings: settingsOfImage(settings, index),
    label: `${subject}, seed ${seedOfImage(settings, index)}`,
  }));
  return (
    <>
      <SceneHead
        title={subject}
        note={`${describeSampling(settings)} · ${describeToggles(settings)} · ${describeCost(result.statistics)}`}
      />
      <LatentNote model={model} />
      <PictureGrid count={items.length}>
        {items.map((item, index) => (
          <TileButton key={index} label={`Open ${item.label}`} onOpen={() => setOpened(index)}>
            <SavablePicture outcome={outcome} item={item} label="" />
          </TileButton>
        ))}
      </PictureGrid>
      <FewerNote outcome={outcome} />
      <OutcomeActions outcome={outcome} />
      <Viewer outcome={outcome} items={items} opened={opened} onMove={setOpened} />
    </>
  );
}
