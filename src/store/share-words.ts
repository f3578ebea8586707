/** '65 %': no line breaks before the sign. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)}\u00a0%`;
}
