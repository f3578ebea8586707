import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
} from 'react-aria-components';
import type { SamplerName } from '../../engine/api';
import { Icon } from '../parts/Icon';
import { useApp } from '../use-app';
import styles from './SamplerSelect.module.css';

const names: Record<SamplerName, string> = {
  ddpm: 'DDPM, ancestral',
  ddim: 'DDIM',
  'flow-euler': 'Euler',
  'flow-heun': 'Heun, two looks a step',
  'flow-jumps': 'Jumps, a few steps',
};

export function SamplerSelect() {
  const sampler = useApp((app) => app.settings?.sampler);
  const samplers = useApp((app) => app.model?.samplers);
  const change = useApp((app) => app.change);
  if (!sampler || !samplers) return null;
  return (
    <Select
      className={styles.select}
      value={sampler}
      onChange={(key) => {
        const chosen = samplers.find((name) => name === key);
        if (chosen) change({ sampler: chosen });
      }}
    >
      <Label className={styles.label}>Sampler</Label>
      <Button className={styles.button}>
        <SelectValue className={styles.value} />
        <Icon name="down" size={18} />
      </Button>
      <Popover className={styles.popover}>
        <ListBox className={styles.list}>
          {samplers.map((name) => (
            <ListBoxItem key={name} id={name} className={styles.item}>
              {names[name]}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
