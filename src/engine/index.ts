/** The engine without the page: `import { createEngine } from 'dydit-web/engine'`. */
export { createEngine } from './worker/client';
export type * from './api';
export { DyditError } from '../errors';
export type { ErrorCode, ErrorReport } from '../errors';
