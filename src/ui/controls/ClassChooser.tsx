import { Button, Dialog, Popover, VisuallyHidden } from 'react-aria-components';
import type { LabelledClass } from '../../engine/api';
import { canShow } from '../emoji-font';
import { Icon } from '../parts/Icon';
import styles from './ClassChooser.module.css';
import { ClassGrid } from './ClassGrid';

/** A chosen class; inside a `DialogTrigger` it opens all the others. */
export function ClassButton({ label, chosen }: { label: string; chosen: LabelledClass }) {
  return (
    <Button className={styles.trigger}>
      <VisuallyHidden elementType="span">{label}: </VisuallyHidden>
      {chosen.emoji && canShow(chosen.emoji) && (
        <span aria-hidden="true" className={styles.emoji}>
          {chosen.emoji}
        </span>
      )}
      <span className={styles.words}>
        <span className={styles.name}>{chosen.name}</span>
        <span className={styles.category}>{chosen.category}</span>
      </span>
      <Icon name="down" />
    </Button>
  );
}

interface PopoverProps {
  label: string;
  classes: readonly LabelledClass[];
  /** `null` where none is chosen yet. */
  chosenId: number | null;
  onChoose: (classId: number) => void;
}

/** All classes, over the page; the other half of a `DialogTrigger`. */
export function ClassPopover({ label, classes, chosenId, onChoose }: PopoverProps) {
  return (
    <Popover className={styles.popover} placement="bottom start">
      <Dialog className={styles.dialog} aria-label={label}>
        {({ close }) => (
          <ClassGrid
            classes={classes}
            chosenId={chosenId}
            onChoose={(id) => {
              onChoose(id);
              close();
            }}
          />
        )}
      </Dialog>
    </Popover>
  );
}
