import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchGallery, type GalleryPicture } from './gallery';
import { showsGallery } from './gallery-actions';
import { readQuery } from './shared-settings';
import { setUp } from './testing/set-up';

const manifestUrl = 'https://page.test/sub/models/emoji/manifest.json';
const hash = (digit: string) => digit.repeat(64);

const manifest = {
  name: 'emoji',
  dit: {
    ...{ file: 'dit.safetensors', sha256: hash('a'), input_size: 16, patch_size: 2 },
    ...{ in_channels: 8, hidden_size: 256, depth: 8, num_heads: 8, mlp_ratio: 4 },
    ...{ learn_sigma: false, num_classes: 1, num_styles: 1, objective: 'flow-v' },
    timestep_scale: 1000,
  },
  vae: {
    ...{ file: 'vae.safetensors', sha256: hash('b'), latent_channels: 8 },
    ...{ block_out_channels: [32], layers_per_block: 1, norm_num_groups: 16 },
    ...{ mid_block_add_attention: false, scaling_factor: 1 },
  },
  sampling: { sampler: 'flow-euler', steps: 25, cfg_scale: 2.5, cfg_channels: 'all' },
  styles: ['Noto'],
  classes: [{ name: 'fox', emoji: '🦊', category: 'Animals & Nature' }],
};

const index = {
  sha256: [hash('a'), hash('b')],
  pictures: [{ file: 'fox-Noto-7.png', title: 'fox, Noto', settings: 'class=fox&seed=7' }],
};

/** A server that has these two files; an entry that is an Error can't be had. */
function serve(gallery: unknown): void {
  vi.stubGlobal('fetch', (url: string) => {
    const body = url === manifestUrl ? manifest : gallery;
    return body instanceof Error ? Promise.reject(body) : Promise.resolve(Response.json(body));
  });
}

afterEach(() => vi.unstubAllGlobals());

describe('a gallery', () => {
  it('is that of the weights that drew it', async () => {
    serve(index);
    expect(await fetchGallery(manifestUrl)).toEqual([
      {
        url: 'https://page.test/sub/models/emoji/gallery/fox-Noto-7.png',
        title: 'fox, Noto',
        read: readQuery('class=fox&seed=7'),
      },
    ]);
  });

  it.each([
    ['other weights', { ...index, sha256: [hash('a'), hash('c')] }],
    ['another network alone', { ...index, sha256: [hash('a')] }],
    ['nobody', { sha256: [], pictures: [] }],
    ['what cannot be read', { pictures: 'none' }],
    ['what is not there', new Error('404')],
  ])('of %s is not shown', async (_, gallery) => {
    serve(gallery);
    expect(await fetchGallery(manifestUrl)).toEqual([]);
  });
});

describe('a picture of the gallery', () => {
  const picture: GalleryPicture = {
    url: 'https://page.test/1.png',
    title: 'dog face, Twemoji',
    read: readQuery(
      'weights=e0e0e0e0&class=dog-face&mix=cat-face:0.3&style=twemoji&seed=9&steps=5',
    ),
  };

  it('is drawn again with its settings, as many as the visitor wants', async () => {
    const { state, engines, addressBar } = setUp({ gallery: [picture], query: 'images=3' });
    await state().start();
    await state().openGallery();
    await state().generate();
    await state().drawAgain(picture);
    expect(engines[0]?.requests.at(-1)).toMatchObject({
      labels: [
        { classId: 1, styleId: 2, weight: 0.7 },
        { classId: 0, styleId: 2, weight: 0.3 },
      ],
      ...{ seed: 9, steps: 5, images: 3 },
    });
    expect(addressBar.read()).toContain('class=dog-face&mix=cat-face:0.3');
    expect(state().notice).toBeNull();
  });

  it('is there until the visitor has drawn, and with the page’s model alone', async () => {
    const { state } = setUp({ gallery: [picture] });
    expect(showsGallery(state())).toBe(false);
    await state().openGallery();
    await state().start();
    expect(showsGallery(state())).toBe(true);
    await state().generate();
    expect(showsGallery(state())).toBe(false);
    await state().clearHistory();
    expect(showsGallery(state())).toBe(true);
    await state().openFiles([new File(['weights'], 'mine.pt')]);
    expect(showsGallery(state())).toBe(false);
  });
});
