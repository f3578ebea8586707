import styles from './App.module.css';
import { ControlPanel } from './controls/ControlPanel';
import { Details } from './Details';
import { Header } from './header/Header';
import { LiveRegion } from './LiveRegion';
import { PageDrop } from './model/PageDrop';
import { PageTitle } from './PageTitle';
import { SoftwareNotice } from './problems/SoftwareNotice';
import { Stage } from './stage/Stage';

export function App() {
  return (
    <div className={styles.page}>
      <PageTitle />
      <Header />
      <main className={styles.main}>
        <div className={styles.stage}>
          <SoftwareNotice />
          <Stage />
        </div>
        <div className={styles.panel}>
          <ControlPanel />
        </div>
        <div className={styles.details}>
          <Details />
        </div>
      </main>
      <LiveRegion />
      <PageDrop />
    </div>
  );
}
