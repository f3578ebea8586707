/** A checkpoint of latents alone cannot be seen. */
export function NoPictures() {
  return (
    <p>
      The run finished, but this checkpoint came without a VAE, which turns latents into pictures.
      Drop its VAE (.safetensors) on the page to see them.
    </p>
  );
}
