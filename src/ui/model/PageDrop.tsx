import { useLayoutEffect, useState } from 'react';
import { useApp } from '../use-app';
import { droppedFiles } from './dropped-files';
import styles from './PageDrop.module.css';

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

/** Takes files that are dropped anywhere on the page, and says so while they hover. */
export function PageDrop() {
  const openFiles = useApp((app) => app.openFiles);
  const [isOver, setOver] = useState(false);
  // From when the page is seen: what is dropped before, the browser opens in its place.
  useLayoutEffect(() => {
    const over = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      // A drop zone inside the page has taken these already.
      if (event.defaultPrevented || !carriesFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) void openFiles(droppedFiles(event.dataTransfer));
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [openFiles]);
  if (!isOver) return null;
  return (
    <div className={styles.cover} aria-hidden="true">
      <p className={styles.words}>
        Drop a checkpoint to run it, or a picture saved from this page to get its settings back
      </p>
    </div>
  );
}
