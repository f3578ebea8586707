/* What the package gives beside `createEngine`, which each platform has its own of. */
export type * from './api';
export { DyditError } from '../errors';
export { defaultRequest } from './default-request';
export type { Wish } from './default-request';
export { encodePng } from './png/encode';
export type { ErrorCode, ErrorReport } from '../errors';
