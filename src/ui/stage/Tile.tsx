import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import styles from './Tile.module.css';

/** The frame of a picture that is not finished, or cannot be opened. */
export function Tile({ children, isBusy = false }: { children: ReactNode; isBusy?: boolean }) {
  return <div className={`${styles.tile} ${isBusy ? styles.busy : ''}`}>{children}</div>;
}

interface TileButtonProps {
  label: string;
  onOpen: () => void;
  children: ReactNode;
}

/** A finished picture; a press shows it at full size. */
export function TileButton({ label, onOpen, children }: TileButtonProps) {
  return (
    <Button className={`${styles.tile} ${styles.button}`} aria-label={label} onPress={onOpen}>
      {children}
    </Button>
  );
}
