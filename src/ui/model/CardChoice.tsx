import type { CardChoice as Card, MachineReport } from '../../engine/api';
import { Choice } from '../parts/Choice';
import { useApp } from '../use-app';
import styles from './MachineSetting.module.css';

const options: readonly { readonly value: Card; readonly label: string }[] = [
  { value: 'high-performance', label: 'Fast' },
  { value: 'low-power', label: 'Sparing' },
];

/** Which of two graphics cards is to compute; nothing where none is in use and none was chosen. */
export function CardChoice() {
  const card = useApp((app) => app.card);
  const backend = useApp((app) => app.backend);
  const machine = useApp((app) => app.machine);
  const chooseCard = useApp((app) => app.chooseCard);
  if (backend === 'wasm' || (machine?.kind !== 'webgpu' && card === undefined)) return null;
  return (
    <div className={styles.setting}>
      <Choice
        label="Graphics card"
        options={options}
        value={card ?? 'high-performance'}
        onChange={(chosen) => void chooseCard(chosen)}
      />
      <p className={styles.explanation}>{explain(machine)}</p>
    </div>
  );
}

function explain(machine: MachineReport | null): string {
  if (machine?.onlyCard) {
    return `This browser gives the same card for both: ${machine.description}. Where there are two, the system’s settings may say which one a browser gets.`;
  }
  return 'Of two cards, Fast is the stronger one and Sparing the one that saves the battery. This browser remembers it.';
}
