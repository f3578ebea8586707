import { expect, test } from 'vitest';
import { runInNode } from '../../conformance/node-backend';
import type { CaseReport } from '../../conformance/report';
import { createWebGpuBackend } from '../../src/backend/webgpu/webgpu-backend';

const folders = ['tiny', 'wide', 'static'].map((name) => `conformance/cases/${name}`);

test('conformance cases', async () => {
  const reports: CaseReport[] = [];
  const start = () => createWebGpuBackend(navigator.gpu);
  await runInNode(start, folders, (report) => reports.push(report));
  expect(reports.map(({ name, pass, error }) => ({ name, pass, error }))).toEqual(
    ['tiny', 'wide', 'static'].map((name) => ({ name, pass: true, error: undefined })),
  );
});
