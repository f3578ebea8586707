/** The engine as Node gets it: `import { createEngine } from 'dydit-web/engine'`. */
export * from './public';
export { createLocalEngine as createEngine } from './local-engine';
