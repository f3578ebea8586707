import { useMemo, useState } from 'react';
import {
  Autocomplete,
  GridLayout,
  Input,
  ListBox,
  ListBoxItem,
  ListLayout,
  SearchField,
  Size,
  useFilter,
  Virtualizer,
} from 'react-aria-components';
import type { LabelledClass } from '../../engine/api';
import { plainEmoji } from '../../store/shared-settings';
import { Choice } from '../parts/Choice';
import { canShow, canShowMost } from '../emoji-font';
import { Icon } from '../parts/Icon';
import styles from './ClassGrid.module.css';

interface Props {
  classes: readonly LabelledClass[];
  /** `null` where none is chosen yet. */
  chosenId: number | null;
  onChoose: (classId: number) => void;
}

const everything = 'All';
const tile = new Size(48, 48);

const tiles = { minItemSize: tile, maxItemSize: tile, minSpace: new Size(2, 2) };
const rows = { rowHeight: 44 };

/** All classes of a model: a grid of emoji, or a list of names where there are no pictures of them; by category, and by search. */
export function ClassGrid({ classes, chosenId, onChoose }: Props) {
  const { contains } = useFilter({ sensitivity: 'base' });
  const [category, setCategory] = useState(everything);
  const items = useMemo(() => classes.map((one, id) => ({ ...one, id })), [classes]);
  const categories = useMemo(
    () => [everything, ...new Set(classes.map((one) => one.category).filter(Boolean))],
    [classes],
  );
  const shown = items.filter((one) => category === everything || one.category === category);
  const asGrid = useMemo(() => canShowMost(classes.map(({ emoji }) => emoji)), [classes]);
  const list = (
    <ListBox
      className={styles.list}
      aria-label="Classes"
      layout={asGrid ? 'grid' : 'stack'}
      items={shown}
      selectionMode="single"
      selectedKeys={chosenId === null ? [] : [chosenId]}
      disallowEmptySelection={chosenId !== null}
      onSelectionChange={(keys) => {
        const [key] = keys;
        if (typeof key === 'number') onChoose(key);
      }}
      renderEmptyState={() => <p className={styles.none}>Nothing by that name.</p>}
    >
      {({ id, name, emoji }) => (
        <ListBoxItem
          id={id}
          textValue={`${name} ${emoji}`}
          aria-label={name}
          className={asGrid ? styles.tile : styles.row}
        >
          {asGrid ? <Sign name={name} emoji={emoji} /> : name}
        </ListBoxItem>
      )}
    </ListBox>
  );
  return (
    <Autocomplete filter={(text, input) => contains(plainEmoji(text), plainEmoji(input.trim()))}>
      <div className={styles.head}>
        <SearchField
          className={styles.search}
          aria-label="Search classes"
          autoFocus={hasKeyboard()}
        >
          <Icon name="search" size={18} />
          <Input className={styles.input} placeholder="Search by name or emoji" />
        </SearchField>
        {categories.length > 2 && (
          <Choice
            label="Category"
            hideLabel
            options={categories.map((value) => ({ value, label: shortened(value) }))}
            value={category}
            onChange={setCategory}
          />
        )}
      </div>
      {asGrid ? (
        <Virtualizer layout={GridLayout} layoutOptions={tiles}>
          {list}
        </Virtualizer>
      ) : (
        <Virtualizer layout={ListLayout} layoutOptions={rows}>
          {list}
        </Virtualizer>
      )}
    </Autocomplete>
  );
}

/** An emoji, or the first letter of what it is where the machine has no picture for it. */
function Sign({ name, emoji }: { name: string; emoji: string }) {
  if (canShow(emoji)) return <span title={name}>{emoji}</span>;
  return (
    <span title={name} className={styles.letter}>
      {name.slice(0, 1)}
    </span>
  );
}

/** Focus brings up a phone's keyboard, which would cover the classes. */
function hasKeyboard(): boolean {
  return matchMedia('(pointer: fine)').matches;
}

/** 'Smileys & Emotion' -> 'Smileys': six of them share a narrow row. */
function shortened(category: string): string {
  return category.split(' & ')[0] ?? category;
}
