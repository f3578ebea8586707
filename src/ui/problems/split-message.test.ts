import { expect, it } from 'vitest';
import { splitMessage } from './split-message';

it('leaves a sentence as it is', () => {
  expect(splitMessage('The device was lost.')).toEqual({ sentence: 'The device was lost.' });
});

it('takes the first line of a long message, and keeps the whole', () => {
  const message = `The shader linear did not compile.\n3:14 unknown name\n${'   1  fn main()\n'.repeat(90)}`;
  expect(splitMessage(message)).toEqual({
    sentence: 'The shader linear did not compile.',
    detail: message,
  });
});

it('cuts a line that does not end', () => {
  const { sentence, detail } = splitMessage('x'.repeat(3180));
  expect(sentence.length).toBeLessThan(250);
  expect(detail).toHaveLength(3180);
});
