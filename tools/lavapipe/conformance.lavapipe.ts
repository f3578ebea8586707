import { describe, expect, test } from 'vitest';
import { variantNames, webGpuOptions, type AskedKernels } from '../../conformance/kernels';
import { runInNode } from '../../conformance/node-backend';
import type { CaseReport } from '../../conformance/report';
import { createWebGpuBackend } from '../../src/backend/webgpu/webgpu-backend';

/** Fails where a case does. */
async function expectAllPass(names: readonly string[], asked: AskedKernels): Promise<void> {
  const reports: CaseReport[] = [];
  const start = () => createWebGpuBackend(navigator.gpu, webGpuOptions(asked));
  const folders = names.map((name) => `conformance/cases/${name}`);
  await runInNode(start, folders, (report) => reports.push(report));
  expect(reports.filter(({ pass }) => !pass)).toEqual([]);
  expect(reports.map(({ name }) => name)).toEqual(names);
}

describe('conformance cases', () => {
  const all = ['tiny', 'wide', 'static'];
  test('exact', () => expectAllPass(all, { precision: 'exact' }));
  test('fast', () => expectAllPass(all, { precision: 'fast' }));
  for (const variant of variantNames('fast')) {
    test(`by ${variant}`, () => expectAllPass(all, { precision: 'fast', variant }));
  }
});
