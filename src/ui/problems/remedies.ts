import type { ErrorCode } from '../../errors';
import { webGpuBrowsers } from '../../webgpu-browsers';

/** What a button under a problem does. */
export type Remedy =
  | 'start-again'
  | 'try-start'
  | 'retry-load'
  | 'built-in'
  | 'fewer'
  | 'generate'
  | 'reload'
  | 'processor'
  | 'go-on'
  | 'resume';

interface ProblemText {
  readonly title: string;
  /** What it means for the visitor and what to do, in plain words; the engine's own sentence follows. */
  readonly advice: string;
  /** Offered where the engine runs on; one that stopped has its own. */
  readonly remedies: readonly Remedy[];
}

/** Every kind of failure in the visitor's words. */
export const problemTexts: Record<ErrorCode, ProblemText> = {
  'webgpu-unavailable': {
    title: 'This browser cannot reach the graphics card',
    advice: `You have asked for the graphics card, which needs WebGPU. The processor can do the same. These have WebGPU: ${webGpuBrowsers}. The page must be opened over https or on localhost.`,
    remedies: ['processor'],
  },
  'adapter-refused': {
    title: 'The browser found no graphics card it may use',
    advice:
      'The processor can do the same. To use the card, turn on hardware acceleration in the browser’s settings, update the graphics driver, and restart the browser; in Chrome, chrome://gpu says what is blocked.',
    remedies: ['processor'],
  },
  'limit-too-small': {
    title: 'This model is too large for this machine',
    advice: 'A part of it is larger than can be held at once. The built-in model is small.',
    remedies: ['go-on'],
  },
  'out-of-memory': {
    title: 'There is not enough memory',
    advice: 'Fewer pictures at once need less. Closing other tabs and programs helps too.',
    remedies: ['resume', 'go-on', 'fewer'],
  },
  'device-lost': {
    title: 'The computation broke off',
    advice:
      'The graphics driver restarted, the machine went to sleep, or memory ran out. Your settings and pictures are still here.',
    remedies: ['start-again'],
  },
  'not-answering': {
    title: 'The engine did not answer',
    advice: 'It was ended. Your settings and pictures are still here.',
    remedies: ['start-again'],
  },
  'worker-failed': {
    title: 'A part of the page has stopped',
    advice: 'Your settings and pictures are still here. Try again.',
    remedies: ['reload'],
  },
  'shader-failed': {
    title: 'The graphics driver did not accept a program',
    advice:
      'Updating the graphics driver or the browser usually helps. If not, please report the details.',
    remedies: ['go-on', 'start-again'],
  },
  'file-unreadable': {
    title: 'This file can no longer be read',
    advice: 'It was moved, changed or removed since it was chosen. Choose it again.',
    remedies: [],
  },
  'checkpoint-broken': {
    title: 'This checkpoint is damaged',
    advice: 'A file of it is cut short, or not what its name says.',
    remedies: [],
  },
  'checkpoint-unsupported': {
    title: 'This page cannot run that file',
    advice:
      'It runs DiT and DyDiT checkpoints in the authors’ format (.pt or .safetensors), and VAEs in that of diffusers.',
    remedies: [],
  },
  'checkpoint-incomplete': {
    title: 'A part of this model is missing',
    advice: 'Drop its other files as well; what is here already is kept.',
    remedies: [],
  },
  'weights-not-finite': {
    title: 'This checkpoint has weights that are no numbers',
    advice: 'Its training went wrong, so it would draw nothing. Use an earlier checkpoint.',
    remedies: [],
  },
  'address-refused': {
    title: 'This address is not followed',
    advice: '',
    remedies: [],
  },
  'storage-unavailable': {
    title: 'Nothing can be kept here',
    advice: '',
    remedies: [],
  },
  'storage-full': {
    title: 'There is no room left in the browser’s store',
    advice: '',
    remedies: [],
  },
  'storage-failed': {
    title: 'The browser’s store did not do that',
    advice: '',
    remedies: [],
  },
  'network-failed': {
    title: 'The model could not be fetched',
    advice: 'Check the connection, then try again.',
    remedies: [],
  },
  'not-finite': {
    title: 'The computation went out of range',
    advice:
      'The pictures came out as no numbers at all. Less guidance or more steps may help; with a checkpoint of your own, look whether its weights are finite.',
    remedies: ['generate'],
  },
  'invalid-request': {
    title: 'That does not work',
    advice: '',
    remedies: [],
  },
  cancelled: { title: 'Cancelled', advice: '', remedies: [] },
  internal: {
    title: 'Something unexpected went wrong',
    advice: 'Reload the page and try again. If it comes back, please report what it says.',
    remedies: ['resume', 'reload'],
  },
};

export const remedyWords: Record<Remedy, string> = {
  'start-again': 'Start again',
  'try-start': 'Try again',
  'retry-load': 'Try again',
  'built-in': 'Back to the built-in model',
  fewer: 'Try with fewer pictures',
  generate: 'Try again',
  reload: 'Reload the page',
  processor: 'Use the processor',
  'go-on': 'Go on on the processor',
  resume: 'Go on',
};
