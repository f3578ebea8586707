import { useState } from 'react';
import { Form, Input, Label, TextField } from 'react-aria-components';
import { ActionButton } from '../parts/ActionButton';
import { useApp } from '../use-app';
import styles from './AddressField.module.css';

/** A model from an address of the web. */
export function AddressField({ onDone }: { onDone: () => void }) {
  const openAddress = useApp((app) => app.openAddress);
  const [url, setUrl] = useState('');
  return (
    <Form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (url.trim() === '') return;
        void openAddress(url);
        onDone();
      }}
    >
      <TextField className={styles.field} value={url} onChange={setUrl} inputMode="url">
        <Label className={styles.label}>Or its address, or its manifest’s</Label>
        <Input className={styles.input} placeholder="https://" />
      </TextField>
      <ActionButton type="submit" isDisabled={url.trim() === ''}>
        Fetch
      </ActionButton>
    </Form>
  );
}
