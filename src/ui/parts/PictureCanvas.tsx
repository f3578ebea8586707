import { useLayoutEffect, useRef } from 'react';
import type { Picture } from '../../engine/api';
import styles from './PictureCanvas.module.css';

interface Props {
  picture: Picture;
  /** What a screen reader says; empty where something around the picture says it. */
  label: string;
}

/** A picture, pixel for pixel, scaled to the width it is given. */
export function PictureCanvas({ picture, label }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // Before it is seen: a busy machine would show an empty canvas first.
  useLayoutEffect(() => {
    const image = new ImageData(picture.rgba, picture.width, picture.height);
    canvas.current?.getContext('2d')?.putImageData(image, 0, 0);
  }, [picture]);
  return (
    <canvas
      ref={canvas}
      className={styles.canvas}
      width={picture.width}
      height={picture.height}
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    />
  );
}
