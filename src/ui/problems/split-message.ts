/** Longer than this, a message is no sentence any more. */
const longestSentence = 240;

/** What of a message everyone should read, and all of it where that is more. */
export interface SplitMessage {
  readonly sentence: string;
  readonly detail?: string;
}

/** A message may go on for pages: a shader's source, a driver's words. */
export function splitMessage(message: string): SplitMessage {
  const [first] = message.split('\n', 1);
  if (first === message && message.length <= longestSentence) return { sentence: message };
  const sentence =
    first.length <= longestSentence ? first : `${first.slice(0, longestSentence).trimEnd()}…`;
  return { sentence, detail: message };
}
