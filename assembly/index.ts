export { begin, cancel, quit, step, work } from './scheduler';
export { scratchBytes } from './dispatch';
export { peak, peakWork } from './peak';
export { exponentials, gelus } from './check';
