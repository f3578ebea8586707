import { createContext, use } from 'react';
import { useStore } from 'zustand';
import type { App } from '../store/app-state';
import type { AppStore } from '../store/app-store';

export const AppStoreContext = createContext<AppStore | null>(null);

/** Reads a part of the page's state; the component renders again when that part changes. */
export function useApp<Part>(select: (app: App) => Part): Part {
  const store = use(AppStoreContext);
  if (!store) throw new Error('useApp: no AppStoreContext above this component.');
  return useStore(store, select);
}
