import { expect, it } from 'vitest';
import { roomWords } from './room-words';

it('a browser that keeps no model says so beside the room that the page itself takes', () => {
  const empty = { models: [], unfinished: [], isPersistent: false };
  expect(roomWords({ ...empty, usage: 18e6, quota: 10e9 })).toMatch(/^No model yet\. 18.*MB of/);
  expect(roomWords(empty)).toBe('No model yet. ');
});
