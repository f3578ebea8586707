import { DyditError } from '../../src/errors';
import { measureCard } from './measure-card';
import { cardNetworks } from './networks';
import { figuresView } from './view';

/** An element of bench.html. */
function found<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`bench.html has no ${type.name} "${id}".`);
}

const form = found('form', HTMLFormElement);
const choice = found('network', HTMLSelectElement);
const button = found('measure', HTMLButtonElement);
const status = found('status', HTMLParagraphElement);
const results = found('results', HTMLDivElement);

for (const { name } of cardNetworks) choice.add(new Option(name));

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void measure();
});

async function measure(): Promise<void> {
  button.disabled = true;
  try {
    const say = (text: string): void => {
      status.textContent = text;
    };
    const figures = await measureCard(cardNetworks[choice.selectedIndex], say);
    status.textContent = 'Done.';
    results.replaceChildren(...figuresView(figures));
  } catch (error) {
    const { message, advice } = DyditError.from(error);
    status.textContent = [message, advice].filter(Boolean).join(' ');
  } finally {
    button.disabled = false;
  }
}
