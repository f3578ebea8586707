/** The clean latent as a sum of the latent and the prediction, of one value. */
export function cleanEstimate(
  coefficients: { readonly latent: number; readonly prediction: number },
  x: number,
  p: number,
): number {
  return coefficients.latent * x + coefficients.prediction * p;
}
