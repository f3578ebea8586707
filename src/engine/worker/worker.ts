import { DyditError } from '../../errors';
import type { FromWorker, ToWorker } from './protocol';
import { Session } from '../session';

// One session; calls are answered by their id.
const aborts = new Map<number, AbortController>();
let session: Session | undefined;

function send(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

function running(): Session {
  if (!session) throw new DyditError('internal', 'The engine was used before it was started.');
  return session;
}

/** Runs a call, answering with its result or its failure. */
async function answer(id: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  aborts.set(id, abort);
  try {
    await work(abort.signal);
  } catch (error) {
    const lost = session?.lostReport;
    send({ type: 'failed', id, error: lost ?? DyditError.from(error).toReport() });
  } finally {
    aborts.delete(id);
  }
}

async function receive(message: ToWorker): Promise<void> {
  switch (message.type) {
    case 'start':
      await answer(message.id, async () => {
        session = await Session.start(navigator.gpu, (error) => send({ type: 'lost', error }));
        send({ type: 'started', id: message.id, machine: session.machine });
      });
      break;
    case 'load':
      await answer(message.id, async (signal) => {
        const { id } = message;
        const model = await running().load(message.source, signal, (progress) =>
          send({ type: 'load-progress', id, progress }),
        );
        send({ type: 'loaded', id, model });
      });
      break;
    case 'generate':
      await answer(message.id, async (signal) => {
        const { id, request } = message;
        const result = await running().generate(request, signal, {
          onStep: (event) => send({ type: 'step', id, event }),
          onPreview: (pictures) =>
            send(
              { type: 'preview', id, pictures },
              pictures.map((picture) => picture.rgba.buffer),
            ),
        });
        send(
          { type: 'generated', id, result },
          result.pictures.map((picture) => picture.rgba.buffer),
        );
      });
      break;
    case 'cancel':
      aborts.get(message.id)?.abort();
      break;
    case 'simulate-device-loss':
      running().simulateDeviceLoss();
      break;
  }
}

self.addEventListener('message', (event: MessageEvent<ToWorker>) => {
  void receive(event.data);
});
