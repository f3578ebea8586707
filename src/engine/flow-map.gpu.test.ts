import { createWebGpuBackend } from '../backend/webgpu/webgpu-backend';
import { describeFlowMap } from './testing/flow-map';

describeFlowMap(
  () => createWebGpuBackend(navigator.gpu),
  async (path) => {
    const response = await fetch(`/${path}`);
    if (!response.ok) throw new Error(`${path}: HTTP status ${response.status}`);
    return response.blob();
  },
);
