import { DropZone, FileTrigger, isFileDropItem, Text } from 'react-aria-components';
import { ActionButton } from '../parts/ActionButton';
import { useApp } from '../use-app';
import styles from './CheckpointZone.module.css';

/** Where a checkpoint of the visitor's own goes in. */
export function CheckpointZone({ onDone }: { onDone: () => void }) {
  const openFiles = useApp((app) => app.openFiles);
  const loadBuiltIn = useApp((app) => app.loadBuiltIn);
  const isOwn = useApp((app) => app.source.kind === 'files');
  const canLoad = useApp((app) => app.machine !== null);
  const open = (files: readonly File[]) => {
    void openFiles(files);
    onDone();
  };
  return (
    <DropZone
      className={styles.zone}
      isDisabled={!canLoad}
      onDrop={(event) => {
        void Promise.all(event.items.filter(isFileDropItem).map((item) => item.getFile())).then(
          open,
        );
      }}
    >
      <Text slot="label" className={styles.title}>
        Run your own checkpoint
      </Text>
      <p className={styles.explanation}>
        Drop a DiT or DyDiT checkpoint (.pt or .safetensors) here or anywhere on the page, with its
        VAE (.safetensors). Files are read on this machine and sent nowhere.
      </p>
      <div className={styles.actions}>
        <FileTrigger
          allowsMultiple
          acceptedFileTypes={['.pt', '.pth', '.safetensors', '.png']}
          onSelect={(list) => list && open([...list])}
        >
          <ActionButton isDisabled={!canLoad}>Choose files…</ActionButton>
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
    </DropZone>
  );
}
