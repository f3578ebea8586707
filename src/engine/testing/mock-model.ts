import type { ModelInfo } from '../api';
import { PictureDecoder } from '../picture-decoder';
import type { SessionModel } from '../session';
import { MockNetwork, mockConfig, type MockNetworkOptions } from './mock-network';
import { watchedBackend } from './watched-backend';

export const mockInfo: ModelInfo = {
  name: 'mock',
  identity: '0123456789abcdef',
  parameters: 1,
  weightDtype: 'f32',
  objective: 'flow-v',
  samplers: ['flow-euler', 'flow-heun'],
  dynamic: true,
  hasVae: false,
  space: 'latents',
  guidable: true,
  depth: mockConfig.depth,
  heads: mockConfig.numHeads,
  tokens: 4,
  imageSize: mockConfig.inputSize,
  cost: { evaluation: 1, decode: 0 },
  classes: Array.from({ length: 4 }, (_, i) => ({ name: `Class ${i}`, emoji: '', category: '' })),
  styles: [],
  foldedGuidance: false,
  defaults: { sampler: 'flow-euler', steps: 4, guidance: 1, guidanceChannels: 'all' },
};

/** A model whose network is a formula, to put in the place of a loaded one. */
export function mockModel(
  name: string,
  options: MockNetworkOptions,
): { readonly model: SessionModel; readonly destroyed: () => boolean } {
  const { backend } = watchedBackend();
  const dit = new MockNetwork(backend, options);
  let destroyed = false;
  const model = {
    info: { ...mockInfo, name },
    dit,
    pictures: new PictureDecoder(backend, dit.config),
    destroy() {
      destroyed = true;
    },
  };
  return { model, destroyed: () => destroyed };
}
