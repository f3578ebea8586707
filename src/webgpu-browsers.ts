/** Browsers that have WebGPU, for sentences: the one place that knows the versions. */
export const webGpuBrowsers =
  'Chrome and Edge from version 113 on (Android: 121), Safari from version 26, Firefox from 141 on Windows and 145 on Apple silicon';
