import { ModelMenu } from '../model/ModelMenu';
import styles from './Header.module.css';
import { Mark } from './Mark';

export function Header() {
  return (
    <header className={styles.header}>
      <div className={styles.brand}>
        <Mark />
        <h1 className={styles.name}>dydit</h1>
        <p className={styles.tagline}>
          A diffusion transformer that draws on your own machine, and skips the work it can.
        </p>
      </div>
      <ModelMenu />
    </header>
  );
}
