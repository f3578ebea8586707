import { useEffect, useState } from 'react';
import { Input, Label, TextField } from 'react-aria-components';
import type { StoredModel } from '../../engine/models/stored-models';
import { download } from '../download';
import { formatBytes, formatDate } from '../format';
import { ActionButton } from '../parts/ActionButton';
import { IconButton } from '../parts/IconButton';
import { useApp } from '../use-app';
import { typeNames } from './dtype-words';
import { KeepModel } from './KeepModel';
import styles from './ModelsView.module.css';
import { roomWords } from './room-words';

/** Models that this browser keeps, and the room they take. */
export function ModelsView({ onDone }: { onDone: () => void }) {
  const { overview, error } = useApp((app) => app.shelf);
  const refresh = useApp((app) => app.refreshShelf);
  const removeStored = useApp((app) => app.removeStored);
  useEffect(() => void refresh(), [refresh]);
  if (error) {
    return (
      <p className={styles.note}>
        {error.message} {error.advice}
      </p>
    );
  }
  if (!overview) return null;
  const { models, unfinished } = overview;
  return (
    <section className={styles.view} aria-labelledby="kept-models">
      <h3 id="kept-models" className={styles.title}>
        Kept in this browser
      </h3>
      <KeepModel onDone={onDone} />
      {models.length > 0 && (
        <ul className={styles.list}>
          {models.map((model) => (
            <Kept key={model.id} model={model} onDone={onDone} />
          ))}
        </ul>
      )}
      {unfinished.map(({ id, bytes, url }) => (
        <p key={id} className={styles.unfinished}>
          <span>
            {url === undefined
              ? `A model that was not kept to the end: ${formatBytes(bytes)}. Keeping it again goes on from there.`
              : `Fetched and not kept: ${formatBytes(bytes)} of ${url}. Fetching it again goes on from there.`}
          </span>
          <ActionButton look="quiet" onPress={() => void removeStored(id)}>
            Delete
          </ActionButton>
        </p>
      ))}
      <p className={styles.note}>{roomWords(overview)}</p>
    </section>
  );
}

function Kept({ model, onDone }: { model: StoredModel; onDone: () => void }) {
  const { id, name, bytes, dtype, from, keptAt } = model;
  const isInUse = useApp(({ source }) => source.kind === 'stored' && source.id === id);
  const openStored = useApp((app) => app.openStored);
  const removeStored = useApp((app) => app.removeStored);
  const filesOfStored = useApp((app) => app.filesOfStored);
  const [isRenaming, setRenaming] = useState(false);
  const save = useApp((app) => app.save);
  const exportModel = async () => {
    const { zipOfModel, folderName } = await import('../../store/models/models-zip');
    download(await zipOfModel(name, await filesOfStored(id)), `${folderName(name)}.zip`);
  };
  return (
    <li className={styles.kept}>
      <div className={styles.words}>
        {isRenaming ? (
          <Rename model={model} onDone={() => setRenaming(false)} />
        ) : (
          <span className={styles.name}>{name}</span>
        )}
        <span className={styles.about}>
          {`${typeNames[dtype]}, ${formatBytes(bytes)}, kept ${formatDate(keptAt)}, from ${from.join(', ')}`}
        </span>
      </div>
      <div className={styles.buttons}>
        {isInUse ? (
          <span className={styles.inUse}>in use</span>
        ) : (
          <ActionButton
            onPress={() => {
              void openStored(id);
              onDone();
            }}
          >
            Open
          </ActionButton>
        )}
        <IconButton label={`Rename ${name}`} icon="pen" onPress={() => setRenaming(!isRenaming)} />
        <IconButton label={`Export ${name}`} icon="save" onPress={() => void save(exportModel)} />
        <IconButton label={`Delete ${name}`} icon="bin" onPress={() => void removeStored(id)} />
      </div>
    </li>
  );
}

function Rename({ model, onDone }: { model: StoredModel; onDone: () => void }) {
  const renameStored = useApp((app) => app.renameStored);
  const [name, setName] = useState(model.name);
  const take = () => {
    const trimmed = name.trim();
    if (trimmed !== '' && trimmed !== model.name) void renameStored(model.id, trimmed);
    onDone();
  };
  return (
    <TextField
      className={styles.rename}
      value={name}
      onChange={setName}
      onBlur={take}
      maxLength={80}
      autoFocus
      onKeyDown={({ key }) => {
        if (key === 'Enter') take();
        if (key === 'Escape') onDone();
      }}
    >
      <Label className={styles.hidden}>Name of the model</Label>
      <Input className={styles.input} />
    </TextField>
  );
}
