import { Button, DialogTrigger } from 'react-aria-components';
import type { ModelInfo } from '../../engine/api';
import type { Settings } from '../../store/settings';
import { withClass } from '../../store/subject';
import { Icon } from '../parts/Icon';
import { useApp } from '../use-app';
import { ClassButton, ClassPopover } from './ClassChooser';
import styles from './ClassPicker.module.css';

/** The class on show, a press away from all the others; and 'surprise me'. */
export function ClassPicker({ settings, model }: { settings: Settings; model: ModelInfo }) {
  const change = useApp((app) => app.change);
  const surprise = useApp((app) => app.surprise);
  return (
    <div className={styles.row}>
      <DialogTrigger>
        <ClassButton label="Class" chosen={model.classes[settings.classId]} />
        <ClassPopover
          label="Choose a class"
          classes={model.classes}
          chosenId={settings.classId}
          onChoose={(id) => change(withClass(settings, id))}
        />
      </DialogTrigger>
      <Button className={styles.surprise} onPress={surprise}>
        <Icon name="dice" />
        Surprise me
      </Button>
    </div>
  );
}
