import { assumptions, cardClasses, estimateEvaluationMs } from './card-classes';
import { keptShare, officialConfig, officialNames } from './configs';

/* Prints, for kinds of graphics cards that were not had, what an evaluation should take by roofline. */

const lambda = 0.5;
const { arithmetic, memory, launchMs } = assumptions;

const head = cardClasses.map(({ name, example }) => `${name} (${example}), static / both, ms`);
const lines = officialNames.map((name) => {
  const config = officialConfig(name);
  const cells = cardClasses.map((card) => {
    const whole = estimateEvaluationMs(config, 1, card);
    const both = estimateEvaluationMs(config, keptShare(name, lambda), card);
    return `${figure(whole)} / ${figure(both)} (${(whole / both).toFixed(2)} x)`;
  });
  return `| ${[name, ...cells].join(' | ')} |`;
});
console.log(
  [
    `Estimates, nothing measured: one picture with guidance, lambda ${lambda}, f16 weights; an op takes the longer one of`,
    `its arithmetic at ${arithmetic} of the peak and its memory traffic at ${memory}, and ${1000 * launchMs} us.`,
    '',
    `| network | ${head.join(' | ')} |`,
    `| --- | ${cardClasses.map(() => '---').join(' | ')} |`,
    ...lines,
  ].join('\n'),
);

/** Three digits. */
function figure(ms: number): string {
  return ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3);
}
