import { isCrewStart } from './crew-start';
import { instantiate } from './kernels';

// A worker of a crew: one message tells it where to compute, and it computes until it is told to quit.
addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  if (!isCrewStart(data)) return;
  instantiate(data.module, data.memory)
    .then((kernels) => {
      postMessage('ready');
      kernels.work(data.state, data.thread);
    })
    // A rejection would stay in here; an error is told to whoever started this thread.
    .catch(reportError);
});
addEventListener('messageerror', () => reportError(new Error('a message could not be read')));
