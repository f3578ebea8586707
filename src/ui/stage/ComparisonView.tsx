import { useState } from 'react';
import type { ComparisonOutcome } from '../../store/app-state';
import { averageDifference, differenceGain } from '../../store/picture-difference';
import { seedOfImage, settingsOfImage, staticSettings } from '../../store/settings';
import { describeSubject } from '../../store/subject';
import { formatDecibels, formatDuration, formatTenths } from '../format';
import { PictureCanvas } from '../parts/PictureCanvas';
import { Viewer } from '../viewer/Viewer';
import { ComparisonRow } from './ComparisonRow';
import styles from './ComparisonView.module.css';
import { describeGain, describeSampling, describeToggles } from './describe';
import { LatentNote } from './LatentNote';
import { OutcomeActions } from './OutcomeActions';
import { SceneHead } from './SceneHead';
import { Tile, TileButton } from './Tile';

/** The same seeds twice, and where the two differ. */
export function ComparisonView({ outcome }: { outcome: ComparisonOutcome }) {
  const [opened, setOpened] = useState<number | null>(null);
  const { settings, model, differences } = outcome;
  const subject = describeSubject(settings, model);
  const label = (kind: string, index: number) =>
    `${subject}, seed ${seedOfImage(settings, index)}, ${kind}`;
  // Pairs side by side, so that the arrow keys of the viewer flip between the two.
  const items = outcome.static.pictures.flatMap((picture, image) => {
    const other = outcome.dynamic.pictures.at(image);
    const alone = settingsOfImage(settings, image);
    return [
      { picture, settings: staticSettings(alone), label: label('static', image) },
      ...(other ? [{ picture: other, settings: alone, label: label('dynamic', image) }] : []),
    ];
  });
  const row = (offset: number) =>
    items.flatMap((item, index) =>
      index % 2 === offset
        ? [
            <TileButton key={index} label={`Open ${item.label}`} onOpen={() => setOpened(index)}>
              <PictureCanvas picture={item.picture} label="" />
            </TileButton>,
          ]
        : [],
    );
  return (
    <>
      <SceneHead
        title={describeGain(outcome)}
        note={`${subject} · ${describeSampling(settings)}`}
      />
      <LatentNote model={model} />
      <div className={`${styles.rows} ${differences.length === 1 ? styles.sideBySide : ''}`}>
        <ComparisonRow title="Static" note={formatDuration(outcome.static.statistics.totalMs)}>
          {row(0)}
        </ComparisonRow>
        <ComparisonRow
          title="Dynamic"
          note={formatDuration(outcome.dynamic.statistics.totalMs)}
          detail={describeToggles(settings)}
        >
          {row(1)}
        </ComparisonRow>
        <ComparisonRow
          title="Difference"
          note={formatTenths(averageDifference(differences).meanAbsolute)}
          detail={`mean of 0–255; drawn ×${differenceGain}, white where both agree`}
        >
          {differences.map(({ view, meanAbsolute, psnr }, index) => (
            <figure key={index} className={styles.difference}>
              <Tile>
                <PictureCanvas picture={view} label={label('difference', index)} />
              </Tile>
              <figcaption className={styles.caption}>
                <span>{formatTenths(meanAbsolute)}</span> <span>{formatDecibels(psnr)}</span>
              </figcaption>
            </figure>
          ))}
        </ComparisonRow>
      </div>
      <OutcomeActions outcome={outcome} />
      <Viewer outcome={outcome} items={items} opened={opened} onMove={setOpened} />
    </>
  );
}
