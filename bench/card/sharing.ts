import { element } from './elements';
import type { CardFigures } from './figures';
import { linkOf } from './link';

/** A link with the figures inside, and the figures as JSON, each with a button that copies it. */
export function sharing(figures: CardFigures): readonly HTMLElement[] {
  const json = JSON.stringify(figures, null, 2);
  const area = element('textarea', json);
  area.readOnly = true;
  area.setAttribute('aria-label', 'Figures as JSON');
  const buttons = element('div');
  buttons.className = 'buttons';
  buttons.append(
    copying('Copy a link to these figures', async () => {
      const url = new URL(location.href);
      url.hash = await linkOf(figures);
      return url.href;
    }),
    copying('Copy as JSON', () => Promise.resolve(json)),
  );
  const folded = element('details');
  folded.append(element('summary', 'Figures as JSON'), area);
  return [buttons, folded];
}

function copying(label: string, text: () => Promise<string>): HTMLElement {
  const button = element('button', label);
  button.type = 'button';
  button.addEventListener('click', () => {
    void text()
      .then((copied) => navigator.clipboard.writeText(copied))
      .then(
        () => (button.textContent = 'Copied'),
        () => (button.textContent = 'The browser does not let this page copy: open the JSON below'),
      );
  });
  return button;
}
