import { describe, expect, it } from 'vitest';
import { expectFailure } from '../testing/expect-failure';
import type { CheckpointTensor, TensorMap } from '../tensor';
import { expectDit, expectVae } from './expect';
import { recognise, withEngineNames } from './recognise';

/** Tensors of these names without data. */
function tensors(names: readonly string[]): TensorMap {
  return new Map(
    names.map((name): [string, CheckpointTensor] => [
      name,
      { name, dtype: 'f32', shape: [1], bytes: () => Promise.reject(new Error('no data')) },
    ]),
  );
}

describe('networks that can not be run are named for what they are', () => {
  it.each<[RegExp, string[]]>([
    [
      /a whole Stable Diffusion checkpoint/,
      [
        'model.diffusion_model.input_blocks.0.0.weight',
        'first_stage_model.decoder.conv_in.weight',
        'cond_stage_model.transformer.text_model.encoder.layers.0.mlp.fc1.weight',
      ],
    ],
    [
      /a UNet of Stable Diffusion\./,
      ['input_blocks.0.0.weight', 'middle_block.0.in_layers.0.bias'],
    ],
    [
      /a UNet of Stable Diffusion in diffusers' layout/,
      [
        'conv_in.weight',
        'time_embedding.linear_1.weight',
        'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.weight',
      ],
    ],
    [/a LoRA/, ['lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight', 'a.alpha']],
    [/a LoRA/, ['transformer.transformer_blocks.0.attn1.to_q.lora_A.weight']],
    [/of the CLIP kind/, ['text_model.encoder.layers.0.self_attn.k_proj.weight']],
    [/of the T5 kind/, ['shared.weight', 'encoder.block.0.layer.0.SelfAttention.q.weight']],
    [
      /Stable Diffusion 3/,
      [
        'model.diffusion_model.x_embedder.proj.weight',
        'model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight',
      ],
    ],
    [/Flux/, ['double_blocks.0.img_attn.qkv.weight', 'single_blocks.0.linear1.weight']],
    [/PixArt/, ['adaln_single.linear.weight', 'transformer_blocks.0.attn1.to_q.weight']],
    [/ControlNet/, ['controlnet_cond_embedding.conv_in.weight']],
    [/a language model/, ['model.layers.0.self_attn.q_proj.weight']],
    [/classifies pictures/, ['cls_token', 'patch_embed.proj.weight', 'blocks.0.attn.qkv.weight']],
    [/classifies pictures/, ['conv1.weight', 'layer1.0.conv1.weight', 'fc.weight']],
    [/the encoder of an autoencoder/, ['encoder.conv_in.weight']],
    [/the encoder of a tiny autoencoder \(TAESD\)/, ['0.weight', '1.conv.0.weight', '2.weight']],
    [/the encoder of a tiny/, ['encoder.layers.0.weight', 'encoder.layers.1.conv.0.weight']],
    [/a VAE, which turns latents into pictures/, ['1.weight', '3.conv.0.weight']],
    [/U-ViT/, ['in_blocks.0.attn.qkv.weight', 'out_blocks.0.skip_linear.weight']],
    [/no network that is known here; its tensors are called "a", "b" and "c"/, ['a', 'b', 'c']],
    [/a VAE, which turns latents into pictures/, ['decoder.conv_in.weight']],
  ])('%s', async (message, names) => {
    await expectFailure(() => expectDit(tensors(names)), 'checkpoint-unsupported', message);
  });

  it('a DiT where a VAE was expected', async () => {
    const names = ['x_embedder.proj.weight', 't_embedder.mlp.0.weight'];
    await expectFailure(() => expectVae(tensors(names)), 'checkpoint-unsupported', /This is a DiT/);
  });

  it('does not take a VAE with its encoder, or a DiT, for anything else', () => {
    const vae = [
      'encoder.conv_in.weight',
      'decoder.conv_in.weight',
      'encoder.mid.block_1.conv1.bias',
    ];
    expect(recognise(vae)).toEqual({ kind: 'vae', naming: 'ldm' });
    const dit = ['x_embedder.proj.weight', 'blocks.0.attn.qkv.weight', 'final_layer.linear.bias'];
    expect(recognise(dit)).toEqual({ kind: 'dit', naming: 'official' });
  });
});

describe('a tiny decoder (TAESD)', () => {
  const dense = (name: string) => [`${name}.weight`, `${name}.bias`];
  const block = (name: string) => [0, 2, 4].flatMap((conv) => dense(`${name}.conv.${conv}`));
  // Two levels of a block each: bend, convolution, cut, block, doubling, convolution, block, convolution.
  const published = [...dense('1'), ...block('3'), '5.weight', ...block('6'), ...dense('7')];
  const list = 'decoder.layers';
  const whole = [
    ...[...dense(`${list}.0`), ...block(`${list}.2`), `${list}.4.weight`],
    ...[...block(`${list}.5`), ...dense(`${list}.6`)],
  ];

  it.each([
    ['its own code', published, 'taesd'],
    [
      'a file of both halves',
      [
        ...published.map((name) => `decoder.${name}`),
        'encoder.0.weight',
        'encoder.1.conv.0.weight',
      ],
      'taesd',
    ],
    [
      'diffusers',
      [...whole, 'encoder.layers.0.weight', 'encoder.layers.1.conv.0.weight'],
      'diffusers',
    ],
  ])('under the names of %s is taken for one', (_, names, naming) => {
    const network = recognise(names);
    expect(network).toEqual({ kind: 'tiny', naming });
    const named = withEngineNames(network, tensors(names));
    expect([...named.keys()].filter((name) => name.startsWith(list))).toEqual(whole);
    expect(() => expectVae(named)).not.toThrow();
  });

  it.each(whole.filter((name) => !/\.(0|2\.conv\.0|5\.conv\.0)\.weight$/.test(name)))(
    'without %s it is not whole',
    async (name) => {
      const rest = tensors(whole.filter((each) => each !== name));
      const message = new RegExp(`but it lacks "${name.replaceAll('.', '\\.')}"`);
      await expectFailure(() => expectVae(rest), 'checkpoint-incomplete', message);
    },
  );

  it.each([`${list}.2.pool.0.weight`, `${list}.5.skip.weight`])(
    'with %s, which others of its kind have, it would make other pictures',
    async (name) => {
      const message = /parts that the engine does not have/;
      await expectFailure(
        () => expectVae(tensors([...whole, name])),
        'checkpoint-unsupported',
        message,
      );
    },
  );
});

describe('what a model lacks and what it has too much of', () => {
  const outer = ['x_embedder.proj', 't_embedder.mlp.0', 't_embedder.mlp.2', 'final_layer.linear'];
  const inner = ['attn.qkv', 'attn.proj', 'mlp.fc1', 'mlp.fc2', 'adaLN_modulation.1'];
  const layers = [...outer, 'final_layer.adaLN_modulation.1'];
  for (const block of [0, 1]) layers.push(...inner.map((layer) => `blocks.${block}.${layer}`));
  const whole = [
    'y_embedder.embedding_table.weight',
    ...layers.flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]),
  ];

  it('a whole one passes, with what training left behind', () => {
    const left = ['n_averaged', 'projectors.0.0.weight', 'loss.logvar', 'a.num_batches_tracked'];
    expect(() => expectDit(tensors([...whole, ...left]))).not.toThrow();
  });

  it.each(whole)('without %s it is not whole', async (name) => {
    const rest = tensors(whole.filter((each) => each !== name));
    const message = new RegExp(`a DiT of 2 layers, but it lacks "${name.replaceAll('.', '\\.')}"`);
    await expectFailure(() => expectDit(rest), 'checkpoint-incomplete', message);
  });

  it('one router makes it a DyDiT that lacks the others', async () => {
    const router = tensors([...whole, 'blocks.0.attn_rate.router.weight']);
    const message = /a DyDiT of 2 layers, but it lacks .* and 12 more/;
    await expectFailure(() => expectDit(router), 'checkpoint-incomplete', message);
  });

  it.each(['blocks.0.attn.q_norm.weight', 'r_embedder.mlp.0.weight', 'blocks.1.mlp.w3.weight'])(
    'with %s it would draw other pictures',
    async (name) => {
      const added = tensors([...whole, name]);
      const message = new RegExp(`"${name.replaceAll('.', '\\.')}"\\. Without them`);
      await expectFailure(() => expectDit(added), 'checkpoint-unsupported', message);
    },
  );
});
