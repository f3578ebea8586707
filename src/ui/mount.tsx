import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { AppStore } from '../store/app-store';
import { App } from './App';
import { ErrorBoundary } from './problems/ErrorBoundary';
import './theme.css';
import { AppStoreContext } from './use-app';

/** Draws the page for a store into an element. */
export function mountPage(store: AppStore, root: Element): void {
  createRoot(root).render(
    <StrictMode>
      <ErrorBoundary>
        <AppStoreContext value={store}>
          <App />
        </AppStoreContext>
      </ErrorBoundary>
    </StrictMode>,
  );
}
