import { readFile } from 'node:fs/promises';
import { expect, type Locator, type Page } from '@playwright/test';
import { tiles } from './run';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGBA bytes, row-major from the top left. */
  readonly rgba: readonly number[];
}

/** The exact bytes of a canvas. */
export function readCanvas(canvas: Locator): Promise<Pixels> {
  return canvas.evaluate((element) => {
    if (!(element instanceof HTMLCanvasElement)) throw new Error('This is not a canvas.');
    const { width, height } = element;
    const image = element.getContext('2d')?.getImageData(0, 0, width, height);
    if (!image) throw new Error('The canvas has no 2D context.');
    return { width, height, rgba: Array.from(image.data) };
  });
}

/** The only picture of the run on the stage. */
export async function readPicture(page: Page): Promise<Pixels> {
  await expect(tiles(page)).toHaveCount(1);
  return readCanvas(tiles(page).locator('canvas'));
}

/** A PNG, decoded by the browser. */
export async function readPng(page: Page, path: string): Promise<Pixels> {
  const url = `data:image/png;base64,${await readFile(path, 'base64')}`;
  return page.evaluate(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('There is no 2D context.');
    context.drawImage(image, 0, 0);
    const { width, height, data } = context.getImageData(0, 0, image.width, image.height);
    return { width, height, rgba: Array.from(data) };
  }, url);
}

/** Mean and largest |a - b| over all colours of all pixels, in 0..255. */
export function difference(a: Pixels, b: Pixels): { mean: number; max: number } {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  const other = colours(b);
  const absolute = colours(a).map((value, i) => Math.abs(value - (other.at(i) ?? NaN)));
  return {
    mean: absolute.reduce((sum, value) => sum + value, 0) / absolute.length,
    max: Math.max(...absolute),
  };
}

/** Fails where a single byte of a colour differs. */
export function expectSamePicture(actual: Pixels, expected: Pixels): void {
  expect(difference(actual, expected)).toEqual({ mean: 0, max: 0 });
}

/** How much the colours spread: 0 is a blank picture. */
export function deviation(pixels: Pixels): number {
  const values = colours(pixels);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function colours({ rgba }: Pixels): readonly number[] {
  return rgba.filter((_, i) => i % 4 !== 3);
}
