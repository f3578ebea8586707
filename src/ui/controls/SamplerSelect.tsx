import { useId } from 'react';
import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Text,
} from 'react-aria-components';
import type { ModelInfo, SamplerName } from '../../engine/api';
import { evaluationsAPicture, samplingWith } from '../../store/sampling';
import type { Settings } from '../../store/settings';
import { Icon } from '../parts/Icon';
import { useApp } from '../use-app';
import menu from '../parts/SelectMenu.module.css';
import styles from './SamplerSelect.module.css';

const names: Record<SamplerName, string> = {
  ddpm: 'DDPM, ancestral',
  ddim: 'DDIM',
  'flow-euler': 'Euler',
  'flow-heun': 'Heun, two looks a step',
  'flow-jumps': 'Fast jumps',
};

/** How noise becomes a picture, and what that costs. */
export function SamplerSelect({ settings, model }: { settings: Settings; model: ModelInfo }) {
  const change = useApp((app) => app.change);
  const costId = useId();
  const cost = (name: SamplerName) =>
    costOf(evaluationsAPicture(samplingWith(name, settings, model), model));
  return (
    <Select
      className={styles.select}
      value={settings.sampler}
      onChange={(key) => {
        const chosen = model.samplers.find((name) => name === key);
        if (chosen) change(samplingWith(chosen, settings, model));
      }}
    >
      <Label className={styles.label}>Sampler</Label>
      <Button className={styles.button} aria-describedby={costId}>
        <SelectValue className={styles.value}>{() => names[settings.sampler]}</SelectValue>
        <Icon name="down" size={18} />
      </Button>
      <Popover className={menu.popover}>
        <ListBox className={menu.list}>
          {model.samplers.map((name) => (
            <ListBoxItem key={name} id={name} className={menu.item} textValue={names[name]}>
              <Text slot="label">{names[name]}</Text>
              <Text slot="description" className={styles.cost}>
                {cost(name)}
              </Text>
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
      <p id={costId} className={styles.cost}>
        {cost(settings.sampler)}
      </p>
    </Select>
  );
}

function costOf(evaluations: number): string {
  return `${evaluations} ${evaluations === 1 ? 'evaluation' : 'evaluations'} a picture`;
}
