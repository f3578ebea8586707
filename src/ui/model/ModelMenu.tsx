import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { Icon } from '../parts/Icon';
import { IconButton } from '../parts/IconButton';
import { useApp } from '../use-app';
import { BackendChoice } from './BackendChoice';
import { CardChoice } from './CardChoice';
import { KernelChoice } from './KernelChoice';
import { MachineFacts } from './MachineFacts';
import { PrecisionChoice } from './PrecisionChoice';
import { CheckpointZone } from './CheckpointZone';
import { ModelsView } from '../models/ModelsView';
import { DialogProblems } from '../problems/DialogProblems';
import { ModelFacts } from './ModelFacts';
import styles from './ModelMenu.module.css';

/** The model and the machine in use, and the way to another model. */
export function ModelMenu() {
  const name = useApp((app) => app.model?.name ?? 'No model yet');
  return (
    <DialogTrigger>
      <Button className={styles.trigger} aria-label={`Model: ${name}`}>
        <Icon name="chip" />
        <span className={styles.name}>{name}</span>
      </Button>
      <ModalOverlay className={styles.overlay} isDismissable>
        <Modal className={styles.modal}>
          <Dialog className={styles.dialog}>
            {({ close }) => (
              <>
                <header className={styles.head}>
                  <Heading slot="title" className={styles.title}>
                    Model and machine
                  </Heading>
                  <IconButton label="Close" icon="close" hasTooltip={false} onPress={close} />
                </header>
                <ModelFacts />
                <CheckpointZone onDone={close} />
                <ModelsView onDone={close} />
                <BackendChoice />
                <CardChoice />
                <PrecisionChoice />
                <KernelChoice />
                <MachineFacts />
                <DialogProblems />
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}
