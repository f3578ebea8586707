import type { ModelInfo } from '../../engine/api';
import styles from './LatentNote.module.css';

/** Says what is seen where a checkpoint came without the decoder that makes pictures of latents. */
export function LatentNote({ model }: { model: ModelInfo }) {
  if (model.hasVae || model.space === 'pixels') return null;
  return (
    <p className={styles.note}>
      This checkpoint came without a VAE, which turns latents into pictures. Shown are the first
      three channels of the latents as red, green and blue. Drop its VAE on the page to see
      pictures.
    </p>
  );
}
