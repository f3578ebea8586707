/* What the package gives beside `createEngine`, which each platform has its own of. */
export type * from './api';
export { DyditError } from '../errors';
export type { ErrorCode, ErrorReport } from '../errors';
