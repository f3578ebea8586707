import { browserAddressBar } from './store/address-bar';
import { createAppStore } from './store/app-store';
import { fetchGallery } from './store/gallery';
import { browserHistory } from './store/history-store';
import { browserShelfNews } from './store/models/shelf-news';
import { browserWaiting } from './store/models/waiting-store';
import { browserPageKeeper, noPageKeeper } from './store/page-keeper';
import { browserPreferences } from './store/preferences';
import { browserSurroundings } from './store/surroundings';
import { browserUnfinished } from './store/unfinished-store';
import { mountPage } from './ui/mount';
import { createLibrary } from './engine/models/worker/client';
import { createEngine } from './engine/worker/client';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');

const builtInManifest = new URL(
  `${import.meta.env.BASE_URL}models/emoji/manifest.json`,
  document.baseURI,
).href;

const store = createAppStore({
  createEngine,
  addressBar: browserAddressBar(),
  preferences: browserPreferences(),
  history: browserHistory(),
  unfinished: browserUnfinished(),
  library: createLibrary(),
  shelfNews: browserShelfNews(),
  waiting: browserWaiting(),
  surroundings: browserSurroundings(),
  pageKeeper: import.meta.env.PROD ? browserPageKeeper() : noPageKeeper,
  gallery: () => fetchGallery(builtInManifest),
  builtInManifest,
  randomSeed: () => crypto.getRandomValues(new Uint32Array(1))[0],
});
mountPage(store, root);
void store.getState().start();
void store.getState().restoreWaiting();
void store.getState().openGallery();
// Once the weights are here: keeping them then costs no second transfer.
const stopWatching = store.subscribe(({ engine, keepPage }) => {
  if (engine.status !== 'ready') return;
  stopWatching();
  void keepPage();
});
