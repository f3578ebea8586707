import { DyditError } from '../errors';
import type { GenerateRequest, ModelInfo } from './api';
import { requestLimits } from './limits';

function refuse(message: string): never {
  throw new DyditError('invalid-request', message, 'Correct the setting and try again.');
}

function assertInteger(
  name: string,
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    refuse(`${name} is ${value}; a whole number from ${min} to ${max} was expected.`);
  }
}

/** @throws DyditError `invalid-request` naming the first setting that does not fit the model */
export function validateRequest(request: GenerateRequest, model: ModelInfo): void {
  assertInteger('The number of images', request.images, requestLimits.images);
  assertInteger('The number of steps', request.steps, requestLimits.steps);
  assertInteger('The seed', request.seed, requestLimits.seed);
  // One past the last is the null class.
  assertInteger('The class', request.classId, { min: 0, max: model.classes.length });
  if (request.styleId !== undefined) {
    assertInteger('The style', request.styleId, { min: 0, max: model.styles.length });
  }
  if (!Number.isFinite(request.guidance)) refuse('The guidance scale is not a number.');
  if (request.guidanceChannels !== 'all') {
    assertInteger('The number of guided channels', request.guidanceChannels, { min: 1, max: 1024 });
  }
  if (!model.samplers.includes(request.sampler)) {
    refuse(
      `The sampler ${request.sampler} does not fit this model; ${model.samplers.join(' and ')} do.`,
    );
  }
}
