import { DropZone, FileTrigger, Text } from 'react-aria-components';
import { AddressField } from '../models/AddressField';
import { ActionButton } from '../parts/ActionButton';
import { useApp } from '../use-app';
import styles from './CheckpointZone.module.css';
import { filesOfItems } from './dropped-files';

/** Where a checkpoint of the visitor's own goes in. */
export function CheckpointZone({ onDone }: { onDone: () => void }) {
  const openFiles = useApp((app) => app.openFiles);
  const loadBuiltIn = useApp((app) => app.loadBuiltIn);
  const isOwn = useApp((app) => app.source.kind !== 'manifest');
  const open = (files: readonly File[] | Promise<readonly File[]>) => {
    void openFiles(files);
    onDone();
  };
  return (
    <DropZone className={styles.zone} onDrop={({ items }) => open(filesOfItems(items))}>
      <Text slot="label" className={styles.title}>
        Run your own checkpoint
      </Text>
      <p className={styles.explanation}>
        Drop a DiT or DyDiT checkpoint here or anywhere on the page, with its VAE, its shards, a
        config.json or a list of class names if there are, as files or as a folder: what is what is
        told by their content. Files are read on this machine and sent nowhere.
      </p>
      <div className={styles.actions}>
        <FileTrigger allowsMultiple onSelect={(list) => list && open([...list])}>
          <ActionButton>Choose files…</ActionButton>
        </FileTrigger>
        {isOwn && (
          <ActionButton
            look="quiet"
            icon="again"
            onPress={() => {
              void loadBuiltIn();
              onDone();
            }}
          >
            Back to the built-in model
          </ActionButton>
        )}
      </div>
      <AddressField onDone={onDone} />
    </DropZone>
  );
}
