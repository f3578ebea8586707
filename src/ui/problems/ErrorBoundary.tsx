import { Component, type ReactNode } from 'react';
import styles from './ErrorBoundary.module.css';

interface State {
  readonly message: string | null;
}

/** A part of the page that fails to draw must not leave a blank page. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { message: null };

  static getDerivedStateFromError(thrown: unknown): State {
    return { message: thrown instanceof Error ? thrown.message : String(thrown) };
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <main className={styles.failed} role="alert">
        <h1>The page has tripped over itself</h1>
        <p>
          Nothing is lost that the address holds: reload the page and your settings come back. If it
          trips again, please report this sentence: {this.state.message}
        </p>
        <p>
          <button className={styles.reload} onClick={() => location.reload()}>
            Reload the page
          </button>
        </p>
      </main>
    );
  }
}
