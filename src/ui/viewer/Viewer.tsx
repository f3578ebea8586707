import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { Outcome } from '../../store/app-state';
import { ActionButton } from '../parts/ActionButton';
import { Icon } from '../parts/Icon';
import { IconButton } from '../parts/IconButton';
import { Toggle } from '../parts/Toggle';
import { useApp } from '../use-app';
import { SavablePicture } from './SavablePicture';
import { savePicture } from './save-picture';
import type { ViewerItem } from './viewer-item';
import styles from './Viewer.module.css';

interface Props {
  outcome: Outcome;
  items: readonly ViewerItem[];
  /** Index of the item on show; `null` when closed. */
  opened: number | null;
  onMove: (index: number | null) => void;
}

/** One picture at full size, with its neighbours an arrow key away. */
export function Viewer({ outcome, items, opened, onMove }: Props) {
  const item = opened === null ? undefined : items.at(opened);
  return (
    <ModalOverlay
      className={styles.overlay}
      isOpen={item !== undefined}
      isDismissable
      onOpenChange={(isOpen) => !isOpen && onMove(null)}
    >
      <Modal className={styles.modal}>
        {item && opened !== null && (
          <Opened
            outcome={outcome}
            item={item}
            index={opened}
            count={items.length}
            onMove={onMove}
          />
        )}
      </Modal>
    </ModalOverlay>
  );
}

interface OpenedProps {
  outcome: Outcome;
  item: ViewerItem;
  index: number;
  count: number;
  onMove: (index: number | null) => void;
}

function Opened({ outcome, item, index, count, onMove }: OpenedProps) {
  const reuse = useApp((app) => app.reuse);
  const change = useApp((app) => app.change);
  const withSettings = useApp((app) => app.settingsInPictures);
  const save = useApp((app) => app.save);
  const setWithSettings = useApp((app) => app.setSettingsInPictures);
  const move = (by: number) => onMove((index + by + count) % count);
  return (
    <Dialog className={styles.dialog}>
      {({ close }) => (
        <div
          className={styles.content}
          onKeyDown={(event) => {
            if (event.key === 'ArrowLeft') move(-1);
            if (event.key === 'ArrowRight') move(1);
          }}
        >
          <header className={styles.head}>
            <Heading slot="title" className={styles.title}>
              {item.label}
            </Heading>
            <IconButton
              label="Close"
              icon="close"
              hasTooltip={false}
              onPress={close}
              autoFocus={count === 1}
            />
          </header>
          <div className={styles.picture}>
            <SavablePicture outcome={outcome} item={item} label={item.label} />
          </div>
          <footer className={styles.foot}>
            <ActionButton
              look="primary"
              icon="save"
              onPress={() => {
                // What went wrong is said on the page, which the dialog covers.
                void save(() => savePicture(outcome, item, withSettings)).then(
                  (done) => done || close(),
                );
              }}
            >
              Save PNG
            </ActionButton>
            <ActionButton
              icon="again"
              onPress={() => {
                reuse(outcome, item.settings);
                close();
              }}
            >
              Use these settings again
            </ActionButton>
            <ActionButton
              look="quiet"
              onPress={() => {
                change({ seed: item.settings.seed });
                close();
              }}
            >
              Use this seed
            </ActionButton>
            <Toggle name="Settings in PNGs" isSelected={withSettings} onChange={setWithSettings} />
            {count > 1 && (
              <div className={styles.arrows}>
                <Button
                  className={styles.arrow}
                  aria-label="Previous picture"
                  onPress={() => move(-1)}
                >
                  <Icon name="left" size={24} />
                </Button>
                <span className={styles.place} aria-live="polite">
                  {index + 1} / {count}
                </span>
                <Button
                  autoFocus
                  className={styles.arrow}
                  aria-label="Next picture"
                  onPress={() => move(1)}
                >
                  <Icon name="right" size={24} />
                </Button>
              </div>
            )}
          </footer>
        </div>
      )}
    </Dialog>
  );
}
