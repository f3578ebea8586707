import { DyditError } from '../errors';
import type { GenerateRequest, ModelInfo } from './api';

/** Most images of one batch. */
export const maxImages = 16;

function refuse(message: string): never {
  throw new DyditError('invalid-request', message, 'Correct the setting and try again.');
}

function assertInteger(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    refuse(`${name} is ${value}; a whole number from ${low} to ${high} was expected.`);
  }
}

/** @throws DyditError `invalid-request` naming the first setting that does not fit the model */
export function validateRequest(request: GenerateRequest, model: ModelInfo): void {
  assertInteger('The number of images', request.images, 1, maxImages);
  assertInteger('The number of steps', request.steps, 1, 1000);
  assertInteger('The seed', request.seed, 0, 2 ** 32 - 1);
  // One past the last is the null class.
  assertInteger('The class', request.classId, 0, model.classes.length);
  if (request.styleId !== undefined) {
    assertInteger('The style', request.styleId, 0, model.styles.length);
  }
  if (!Number.isFinite(request.guidance)) refuse('The guidance scale is not a number.');
  if (request.guidanceChannels !== 'all') {
    assertInteger('The number of guided channels', request.guidanceChannels, 1, 1024);
  }
  if (!model.samplers.includes(request.sampler)) {
    refuse(
      `The sampler ${request.sampler} does not fit this model; ${model.samplers.join(' and ')} do.`,
    );
  }
}
