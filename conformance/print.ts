import type { CaseReport } from './report';

/** @param verdict said in place of pass or fail, where there is no tolerance to hold it against */
export function printReport(
  { name, variant, pass, outputs, error }: CaseReport,
  verdict = pass ? 'pass' : 'FAIL',
): void {
  const what = variant === undefined ? name : `${name} by ${variant}`;
  console.log(`${verdict}  ${what}${error ? `: ${error}` : ''}`);
  for (const [output, { maxAbs, maxRel, mismatches, entries }] of Object.entries(outputs)) {
    const masks =
      mismatches === undefined ? '' : `  ${mismatches} of ${entries ?? 0} mask entries differ`;
    console.log(
      `      ${output.padEnd(14)} abs ${maxAbs.toExponential(2)}  rel ${maxRel.toExponential(2)}${masks}`,
    );
  }
}
