import { About } from './About';
import styles from './App.module.css';
import { ControlPanel } from './controls/ControlPanel';
import { Details } from './Details';
import { FocusKeeper } from './FocusKeeper';
import { Header } from './header/Header';
import { LiveRegion } from './LiveRegion';
import { PageDrop } from './model/PageDrop';
import { NewerVersion } from './NewerVersion';
import { PageTitle } from './PageTitle';
import { ProcessorNotice } from './problems/ProcessorNotice';
import { Stage } from './stage/Stage';
import { useApp } from './use-app';

export function App() {
  // Without an engine and without a model there is nothing to choose.
  const isHopeless = useApp((app) => app.engine.status === 'failed' && !app.model);
  return (
    <div className={styles.page}>
      <PageTitle />
      <Header />
      <main className={styles.main}>
        <div className={styles.stage}>
          <NewerVersion />
          <ProcessorNotice />
          <Stage />
        </div>
        {!isHopeless && (
          <div className={styles.panel}>
            <ControlPanel />
          </div>
        )}
        <div className={styles.details}>
          <Details />
          <About />
        </div>
      </main>
      <LiveRegion />
      <PageDrop />
      <FocusKeeper />
    </div>
  );
}
