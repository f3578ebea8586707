import base from './playwright.config.ts';

const minute = 60_000;

/** `npm run e2e:xl`: a checkpoint of 2.7 GB on the page. Outside `npm test`: it takes gigabytes and a quarter of an hour. */
export default {
  ...base,
  testDir: 'e2e/xl',
  testIgnore: [],
  timeout: 60 * minute,
  expect: { timeout: 20 * minute },
};
