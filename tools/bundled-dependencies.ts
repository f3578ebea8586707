/**
 * What the engine imports from packages. Named to Vite beforehand, because a dependency that it
 * finds later reloads the page in the middle of a test or a measurement.
 */
export const bundledDependencies = [
  'valibot',
  'wgsl_reflect',
  '@zip.js/zip.js/lib/zip-core-custom.js',
];
