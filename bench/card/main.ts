import type { Backend } from '../../src/backend/backend';
import { createWebGpuBackend } from '../../src/backend/webgpu/webgpu-backend';
import { DyditError } from '../../src/errors';
import { lambdas } from '../paper';
import { estimateMs } from './estimate';
import { figure } from './elements';
import { figuresOf } from './link';
import { measureCard, type CardTask } from './measure';
import { cardNetworks } from './networks';
import { page } from './page';
import { showProgress } from './progress';
import { megabytes, sizeOf, whyTooLarge } from './size';
import { figuresView } from './view';
import { aboutDuration } from './words';

/** The card, once it has been looked at; anew after it was lost or failed. */
let backend: Backend | undefined;
let measuring: AbortController | undefined;

for (const { name } of cardNetworks) page.network.add(new Option(name));
for (const lambda of lambdas) page.lambda.add(new Option(String(lambda), String(lambda)));
page.lambda.value = '0.5';

page.form.addEventListener('submit', (event) => {
  event.preventDefault();
  void measure();
});
page.form.addEventListener('change', showEstimate);
page.cancel.addEventListener('click', () => measuring?.abort());
addEventListener('hashchange', () => void showShared());

void showShared();
void look();

/** Starts the card, and says what it is and which networks fit. */
async function look(): Promise<void> {
  try {
    const started = await createWebGpuBackend(navigator.gpu);
    backend = started;
    void started.lost.then(({ message }) => {
      if (backend !== started) return;
      backend = undefined;
      page.card.textContent = message;
    });
    const { description, software, features, linearGflops } = started.report;
    page.card.textContent = `${description}${software ? ' (the processor, as there is no card)' : ''}: ${figure(linearGflops)} GFLOP/s in a plain product; ${features.join(', ') || 'no optional features'}.`;
    markTooLarge(started);
    showEstimate();
    page.measure.disabled = false;
  } catch (error) {
    page.card.textContent = sentences(error);
  }
}

/** Networks that the card's limits do not allow stay in the list, marked, and are said to be left out. */
function markTooLarge({ report: { memory } }: Backend): void {
  for (const [index, { name, config }] of cardNetworks.entries()) {
    const reason = whyTooLarge(config, memory);
    const option = page.network.options[index];
    option.disabled = reason !== undefined;
    option.textContent = reason ? `${name} (too large for this card)` : name;
    if (reason) page.card.textContent += ` ${name} is left out: ${reason}`;
  }
}

function taskNow(): CardTask {
  const network = cardNetworks[page.network.selectedIndex];
  const lambda = lambdas[page.lambda.selectedIndex];
  return { network, lambda };
}

function showEstimate(): void {
  if (!backend) return;
  const { network } = taskNow();
  const { weights } = sizeOf(network.config);
  const ms = estimateMs(network, backend.report.linearGflops);
  page.estimate.textContent = `Takes ${aboutDuration(ms)} on this card; ${megabytes(weights)} of weights are made here.`;
}

async function measure(): Promise<void> {
  if (!backend) await look();
  if (!backend || measuring) return;
  const abort = new AbortController();
  measuring = abort;
  const task = taskNow();
  const stop = showProgress(estimateMs(task.network, backend.report.linearGflops));
  setMeasuring(true);
  try {
    const say = (text: string): void => {
      page.status.textContent = `${text} …`;
    };
    const figures = await measureCard(backend, task, { say, signal: abort.signal });
    page.status.textContent = 'Done.';
    page.results.replaceChildren(...figuresView(figures, false));
  } catch (error) {
    const { code } = DyditError.from(error);
    page.status.textContent = code === 'cancelled' ? 'Cancelled.' : sentences(error);
  } finally {
    measuring = undefined;
    stop();
    setMeasuring(false);
  }
}

function setMeasuring(isMeasuring: boolean): void {
  page.measure.disabled = isMeasuring;
  page.network.disabled = isMeasuring;
  page.lambda.disabled = isMeasuring;
  page.cancel.hidden = !isMeasuring;
  (isMeasuring ? page.cancel : page.measure).focus();
}

/** Shows the figures that an address brings along. */
async function showShared(): Promise<void> {
  const figures = await figuresOf(location.hash);
  if (figures === undefined) return;
  if (figures === null) page.status.textContent = 'The figures of this link can not be read.';
  else page.results.replaceChildren(...figuresView(figures, true));
}

function sentences(error: unknown): string {
  const { message, advice } = DyditError.from(error);
  return [message, advice].filter(Boolean).join(' ');
}
