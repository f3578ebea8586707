import type { AppContext } from './app-context';
import type { AppActions } from './app-state';

type VersionActions = Pick<AppActions, 'keepPage' | 'takeNewerVersion'>;

export function versionActions({ dependencies, set }: AppContext): VersionActions {
  const { pageKeeper } = dependencies;
  return {
    keepPage: () => pageKeeper.keep(() => set({ newerVersion: 'waits' })),
    async takeNewerVersion() {
      if (!(await pageKeeper.takeNewer())) set({ newerVersion: 'held-up' });
    },
  };
}
