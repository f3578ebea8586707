import { StrictMode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { createRoot } from 'react-dom/client';
import type { AppStore } from '../store/app-store';
import { App } from './App';
import { ErrorBoundary } from './problems/ErrorBoundary';
import { pageLanguage } from './language';
import './theme.css';
import { AppStoreContext } from './use-app';

/** Draws the page for a store into an element. */
export function mountPage(store: AppStore, root: Element): void {
  createRoot(root).render(
    <StrictMode>
      <ErrorBoundary>
        <AppStoreContext value={store}>
          <I18nProvider locale={pageLanguage}>
            <App />
          </I18nProvider>
        </AppStoreContext>
      </ErrorBoundary>
    </StrictMode>,
  );
}
