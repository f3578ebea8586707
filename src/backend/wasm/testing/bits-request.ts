import type { ErrorReport } from '../../../errors';
import type { BackendReport } from '../../backend';
import type { OpCase } from '../../testing/run-case';
import type { WasmOptions } from '../wasm-backend';

/** To bits-worker.ts: a case, the backend to run it on, and the tensor to send back. */
export interface BitsRequest {
  readonly test: OpCase;
  readonly options: WasmOptions;
  readonly read: string;
}

export type BitsAnswer =
  | { readonly report: BackendReport; readonly values: Float32Array<ArrayBuffer> }
  | { readonly error: ErrorReport };
