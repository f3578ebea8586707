import type { ModelInfo } from '../../engine/api';
import { formatMillions } from '../format';
import { useApp } from '../use-app';
import { Facts } from './Facts';

export function ModelFacts() {
  const model = useApp((app) => app.model);
  return model ? <Facts facts={factsOf(model)} /> : <p>No model is loaded yet.</p>;
}

/** By what a tiny one makes. */
const decoderWords = {
  none: 'loaded',
  pictures: 'a tiny one (TAESD): fast, with less detail than a whole VAE',
  previews: 'loaded, and a tiny one (TAESD) for previews',
} as const;

function factsOf(model: ModelInfo) {
  return [
    { name: 'Model', value: model.name },
    {
      name: 'Weights',
      value: `${formatMillions(model.parameters)}, stored as ${model.weightDtype}`,
    },
    {
      name: 'Shape',
      value: `${model.depth} layers, ${model.heads} heads, ${model.tokens} tokens, ${model.imageSize} px`,
    },
    {
      name: 'Kind',
      value: model.dynamic ? 'dynamic (DyDiT)' : 'static (DiT), nothing to leave out',
    },
    {
      name: 'Decoder',
      value: model.hasVae
        ? decoderWords[model.tinyVae ?? 'none']
        : model.space === 'pixels'
          ? 'none needed: the network draws the pixels'
          : 'none: without a VAE, latents cannot become pictures. Add its file below.',
    },
  ];
}
