/** A kind of network that people have files of and that can't be run here. */
export interface ForeignKind {
  /** As the end of "This is ...". */
  readonly what: string;
  readonly advice: string;
  /** True where it is none of the kind if a decoder lies beside it. */
  readonly sparesDecoders?: boolean;
}

interface ForeignSign extends ForeignKind {
  /** All of these must each fit some name. */
  readonly signs: readonly RegExp[];
}

const needsDit =
  'The engine runs DiT and DyDiT class-conditional checkpoints, with the VAE of their latents.';

/** Most telling first: a whole Stable Diffusion checkpoint holds a UNet, a VAE and a text encoder. */
const foreignSigns: readonly ForeignSign[] = [
  {
    what: 'a LoRA, a small change to another model',
    advice: 'Merge it into its model in Python and save the whole. ' + needsDit,
    signs: [/[._](lora_(up|down|A|B)|hada_w1_a|lokr_w1)(\.|$)/],
  },
  {
    what: 'a whole Stable Diffusion 3 checkpoint or its MMDiT, which is conditioned on text',
    advice: needsDit,
    signs: [/(^|\.)joint_blocks\.\d+\./],
  },
  {
    what: 'a Flux transformer, which is conditioned on text',
    advice: needsDit,
    signs: [/(^|\.)(double_blocks|single_transformer_blocks)\.\d+\./],
  },
  {
    what: 'a whole Stable Diffusion checkpoint: a UNet, a text encoder and a VAE',
    advice:
      'Only its VAE is of use: save the keys that begin with "first_stage_model." alone. ' +
      needsDit,
    signs: [/^model\.diffusion_model\.(input|output)_blocks\./, /^first_stage_model\./],
  },
  {
    what: 'a UNet of Stable Diffusion',
    advice: needsDit,
    signs: [/(^|\.)(input_blocks|output_blocks)\.\d+\.\d+\./],
  },
  {
    what: "a UNet of Stable Diffusion in diffusers' layout",
    advice: needsDit,
    signs: [/(^|\.)down_blocks\.\d+\.(resnets|attentions)\./, /(^|\.)time_embedding\.linear_1\./],
  },
  {
    what: 'a ControlNet',
    advice: needsDit,
    signs: [/(^|\.)controlnet_(cond_embedding|down_blocks)\.|^control_model\./],
  },
  {
    what: 'a PixArt transformer, which is conditioned on text',
    advice: needsDit,
    signs: [/(^|\.)(caption_projection|adaln_single|y_embedder\.y_proj|t_block)\./],
  },
  {
    what: 'a text encoder of the CLIP kind',
    advice: needsDit,
    signs: [/(^|\.)text_model\.encoder\.layers\.\d+\.|(^|\.)transformer\.resblocks\.\d+\./],
  },
  {
    what: 'a text encoder of the T5 kind',
    advice: needsDit,
    signs: [/(^|\.)(encoder|decoder)\.block\.\d+\.layer\.\d+\.(Self|EncDec)Attention\./],
  },
  {
    what: 'a language model',
    advice: needsDit,
    signs: [/(^|\.)layers\.\d+\.self_attn\.(q_proj|qkv_proj)\.|(^|\.)h\.\d+\.attn\.c_attn\./],
  },
  {
    what: 'a vision transformer that classifies pictures',
    advice: needsDit,
    signs: [/(^|\.)(cls_token|embeddings\.cls_token)$/, /(^|\.)(patch_embed|patch_embeddings)\./],
  },
  {
    what: 'a U-ViT, a transformer with long skip connections',
    advice: needsDit,
    signs: [/(^|\.)in_blocks\.\d+\./, /(^|\.)out_blocks\.\d+\.skip_linear\./],
  },
  {
    what: 'a convolutional network that classifies pictures',
    advice: needsDit,
    signs: [/(^|\.)layer1\.0\.conv1\.weight$/, /(^|\.)fc\.weight$/],
  },
  {
    what: 'the encoder of an autoencoder without its decoder',
    advice: "Pictures are made by the decoder: use the autoencoder's whole file.",
    sparesDecoders: true,
    signs: [/(^|\.)encoder\.conv_in\.weight$/],
  },
  {
    what: 'the encoder of a tiny autoencoder (TAESD) without its decoder',
    advice: 'Pictures are made by the decoder: use taesd_decoder, or the whole file of diffusers.',
    sparesDecoders: true,
    signs: [/(^|\.)0\.weight$/, /(^|\.)\d+\.conv\.\d\.weight$/],
  },
];

/** Says what a network is that can't be run, judged by its names; undefined where that is not known. */
export function nameForeign(names: readonly string[]): ForeignKind | undefined {
  return foreignSigns.find(({ signs }) =>
    signs.every((sign) => names.some((name) => sign.test(name))),
  );
}
