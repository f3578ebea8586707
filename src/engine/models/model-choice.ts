import type { ModelAnswers } from '../../network/answers/answers';

/** What the visitor said of files that do not tell all about their model. */
export interface ModelChoice {
  /** Which set of weights to take of a file that has several; the likeliest where absent. */
  readonly weights?: string;
  readonly answers?: ModelAnswers;
}
