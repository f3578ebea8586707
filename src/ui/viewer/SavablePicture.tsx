import { useEffect, useEffectEvent, useState } from 'react';
import type { Outcome } from '../../store/app-state';
import { PictureCanvas } from '../parts/PictureCanvas';
import { useApp } from '../use-app';
import { pngOf } from './save-picture';
import styles from './SavablePicture.module.css';
import type { ViewerItem } from './viewer-item';

interface Props {
  outcome: Outcome;
  item: ViewerItem;
  /** What a screen reader says; empty where something around the picture says it. */
  label: string;
}

/** Pictures that are replaced while a slider is dragged are nobody's to save. */
const restMs = 300;

/**
 * A finished picture. Over the canvas, which is there at once, lies the file that Save PNG makes, so
 * that the browser's own "Save image" saves the settings along with it.
 */
export function SavablePicture({ outcome, item, label }: Props) {
  const withSettings = useApp((app) => app.settingsInPictures);
  const [url, setUrl] = useState<string | null>(null);
  const { picture } = item;
  // The same picture comes in a new object with every look at its outcome.
  const make = useEffectEvent(() => pngOf(outcome, item, withSettings));
  useEffect(() => {
    let made: string | undefined;
    let isGone = false;
    const timer = setTimeout(() => {
      const showFile = async () => {
        const png = await make();
        if (isGone) return;
        made = URL.createObjectURL(png);
        setUrl(made);
      };
      // Without it there is the canvas, and Save PNG says what is wrong.
      showFile().catch(() => undefined);
    }, restMs);
    return () => {
      isGone = true;
      clearTimeout(timer);
      setUrl(null);
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [picture, withSettings]);
  return (
    <div className={styles.stack}>
      <PictureCanvas picture={picture} label={label} />
      {url !== null && <img className={styles.file} src={url} alt="" />}
    </div>
  );
}
