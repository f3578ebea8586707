import { useState } from 'react';
import { Button, Dialog, DialogTrigger, Popover, VisuallyHidden } from 'react-aria-components';
import { useApp } from '../use-app';
import { Icon } from '../parts/Icon';
import { ClassGrid } from './ClassGrid';
import styles from './ClassPicker.module.css';

/** The class on show, a press away from all the others; and 'surprise me'. */
export function ClassPicker() {
  const [isOpen, setOpen] = useState(false);
  const model = useApp((app) => app.model);
  const classId = useApp((app) => app.settings?.classId);
  const change = useApp((app) => app.change);
  const surprise = useApp((app) => app.surprise);
  const chosen = classId === undefined ? undefined : model?.classes.at(classId);
  if (!model || !chosen) return null;
  return (
    <div className={styles.row}>
      <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
        <Button className={styles.trigger}>
          <VisuallyHidden elementType="span">Class: </VisuallyHidden>
          {chosen.emoji && (
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
        <Popover className={styles.popover} placement="bottom start">
          <Dialog className={styles.dialog} aria-label="Choose a class">
            <ClassGrid
              classes={model.classes}
              chosenId={classId ?? 0}
              onChoose={(id) => {
                change({ classId: id });
                setOpen(false);
              }}
            />
          </Dialog>
        </Popover>
      </DialogTrigger>
      <Button className={styles.surprise} onPress={surprise}>
        <Icon name="dice" />
        Surprise me
      </Button>
    </div>
  );
}
