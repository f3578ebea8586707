import { createWebGpuBackend } from '../backend/webgpu/webgpu-backend';
import { describeDenseOracle } from './testing/dense-oracle';

describeDenseOracle(() => createWebGpuBackend(navigator.gpu));
