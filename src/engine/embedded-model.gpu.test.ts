import { createWebGpuBackend } from '../backend/webgpu/webgpu-backend';
import { describeEmbeddedModel } from './testing/embedded-model';

describeEmbeddedModel(
  () => createWebGpuBackend(navigator.gpu),
  async (path) => {
    const response = await fetch(`/${path.replace('public/', '')}`);
    if (!response.ok) throw new Error(`${path}: HTTP status ${response.status}`);
    return response.blob();
  },
);
