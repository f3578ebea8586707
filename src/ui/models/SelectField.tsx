import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
} from 'react-aria-components';
import { Icon } from '../parts/Icon';
import menu from '../parts/SelectMenu.module.css';
import styles from './SelectField.module.css';

interface Props {
  label: string;
  options: readonly string[];
  /** Index of the chosen one. */
  value: number;
  onChange: (index: number) => void;
}

/** One of several answers, under its question. */
export function SelectField({ label, options, value, onChange }: Props) {
  return (
    <Select
      className={styles.select}
      value={value}
      onChange={(key) => {
        if (typeof key === 'number') onChange(key);
      }}
    >
      <Label className={styles.label}>{label}</Label>
      <Button className={styles.button}>
        <SelectValue className={styles.value} />
        <Icon name="down" size={18} />
      </Button>
      <Popover className={menu.popover}>
        <ListBox className={menu.list}>
          {options.map((option, index) => (
            <ListBoxItem key={index} id={index} className={menu.item}>
              {option}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
