/**
 * Every failure a caller can meet, by kind. The page turns each into a sentence and a next step;
 * a caller of the engine switches on `code`.
 */
export type ErrorCode =
  | 'webgpu-unavailable'
  | 'adapter-refused'
  | 'limit-too-small'
  | 'out-of-memory'
  | 'device-lost'
  | 'not-answering'
  | 'worker-failed'
  | 'shader-failed'
  | 'file-unreadable'
  | 'checkpoint-broken'
  | 'checkpoint-incomplete'
  | 'checkpoint-unsupported'
  | 'weights-not-finite'
  | 'address-refused'
  | 'storage-unavailable'
  | 'storage-full'
  | 'storage-failed'
  | 'network-failed'
  | 'not-finite'
  | 'invalid-request'
  | 'cancelled'
  | 'internal';

/** The shape an error takes when it crosses from the worker to the page. */
export interface ErrorReport {
  readonly code: ErrorCode;
  /** What happened, in one sentence. */
  readonly message: string;
  /** What the visitor can do about it, in one sentence. */
  readonly advice: string;
}

/** The only error type the engine throws on purpose. */
export class DyditError extends Error {
  override readonly name = 'DyditError';

  /**
   * @param code kind of failure
   * @param message what happened, in one sentence
   * @param advice what to do about it, in one sentence
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly advice = '',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  toReport(): ErrorReport {
    return { code: this.code, message: this.message, advice: this.advice };
  }

  static fromReport(report: ErrorReport): DyditError {
    return new DyditError(report.code, report.message, report.advice);
  }

  /**
   * What a call ended with, of a caller that ends it by `signal`. A library or the browser may end
   * its own work by an AbortError as well: where nobody cancelled, that is a failure, and is said.
   */
  static ofCall(thrown: unknown, signal: AbortSignal): DyditError {
    const error = DyditError.from(thrown);
    const cause = error === thrown ? error.cause : thrown;
    if (error.code !== 'cancelled' || signal.aborted || !isAbort(cause)) return error;
    const message = `The browser ended it by itself: ${cause.message}`;
    return new DyditError('internal', message, 'Try again.', { cause });
  }

  /** Wraps anything thrown, keeping a `DyditError` as it is. */
  static from(thrown: unknown): DyditError {
    if (thrown instanceof DyditError) return thrown;
    if (isAbort(thrown)) {
      return new DyditError('cancelled', 'Cancelled.', '', { cause: thrown });
    }
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new DyditError(
      'internal',
      `Something unexpected went wrong: ${message}`,
      'Reload the page and try again; if it comes back, please report it with this sentence.',
      { cause: thrown },
    );
  }
}

function isAbort(thrown: unknown): thrown is DOMException {
  return thrown instanceof DOMException && thrown.name === 'AbortError';
}
