import type { CardFigures } from './measure-card';

/** The tables of what was measured, and the same as JSON to take along. */
export function figuresView(figures: CardFigures): readonly HTMLElement[] {
  const { adapter, software, network, images, modes, ops, opsByTimestamps } = figures;
  const whole = modes.find(({ mode }) => mode === 'static');
  const evaluation = modes.map(({ mode, ms, gflopsPerSecond, share }) => {
    const faster = whole ? whole.ms / ms : NaN;
    return [
      ...[mode, figure(ms), figure(gflopsPerSecond), percent(share)],
      ...[faster.toFixed(2), (faster * share).toFixed(2)],
    ];
  });
  const parts = ops.map(({ op, shape, ms, gflopsPerSecond }) => [
    ...[op, shape, figure(1000 * ms), figure(gflopsPerSecond)],
  ]);
  const clock = opsByTimestamps ? "the card's own clock" : 'the clock on the wall';
  return [
    element('h2', adapter),
    note(
      `${network}, ${images} picture with guidance, one evaluation.${software ? ' There is no card: the processor does its work.' : ''}`,
    ),
    table(['', 'ms', 'GFLOP/s', 'work', 'faster', 'of 1/work'], evaluation),
    note(
      'Faster: times as fast as static. Of 1/work: that over what the work left out would give. The paper: 1.73 times with 49 % of the work, 0.84.',
    ),
    element('h2', 'Parts of a block, all active'),
    table(['', 'shape', 'µs', 'GFLOP/s'], parts),
    note(`Timed by ${clock}; two flops a multiply-add.`),
    element('h2', 'As JSON'),
    ...jsonView(JSON.stringify(figures, null, 2)),
  ];
}

function jsonView(json: string): readonly HTMLElement[] {
  const area = document.createElement('textarea');
  area.readOnly = true;
  area.setAttribute('aria-label', 'Figures as JSON');
  area.value = json;
  const copy = element('button', 'Copy');
  copy.addEventListener('click', () => {
    area.select();
    navigator.clipboard.writeText(json).then(
      () => (copy.textContent = 'Copied'),
      () => (copy.textContent = 'Select it and copy by hand'),
    );
  });
  return [area, copy];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const made = document.createElement('table');
  const head = made.createTHead().insertRow();
  for (const text of heads) {
    const cell = element('th', text);
    cell.setAttribute('scope', 'col');
    head.append(cell);
  }
  const body = made.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const text of row) line.insertCell().textContent = text;
  }
  const scroll = element('div', '');
  scroll.className = 'scroll';
  scroll.append(made);
  return scroll;
}

function note(text: string): HTMLElement {
  const made = element('p', text);
  made.className = 'note';
  return made;
}

function element(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** Three digits. */
function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
