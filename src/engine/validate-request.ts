import { samplerNamed } from '../sampler/samplers';
import type { GenerateRequest, ModelInfo } from './api';
import { assertRequestShape } from './arguments';
import { assertInteger, assertWithin, refuse } from './assert-number';
import { requestLimits } from './limits';

/** @throws DyditError `invalid-request` naming the first setting that does not fit the model */
export function validateRequest(request: GenerateRequest, model: ModelInfo): void {
  assertRequestShape(request);
  assertInteger('The number of images', request.images, requestLimits.images);
  assertInteger('The seed', request.seed, requestLimits.seed);
  assertLabels(request.labels, model);
  assertVariation(request, model);
  assertBudget(request.budget, model);
  if (!Number.isFinite(request.guidance)) refuse('The guidance scale is not a number.');
  if (request.guidanceChannels !== 'all') {
    assertInteger('The number of guided channels', request.guidanceChannels, { min: 1, max: 1024 });
  }
  if (!model.samplers.includes(request.sampler)) {
    refuse(
      `The sampler ${request.sampler} does not fit this model; ${model.samplers.join(' and ')} do.`,
    );
  }
  const { jumps, mostSteps } = samplerNamed(request.sampler);
  assertInteger('The number of steps', request.steps, { min: 1, max: mostSteps });
  if (jumps) assertJumps(request, model);
}

function assertLabels(labels: GenerateRequest['labels'], model: ModelInfo): void {
  assertInteger('The number of labels', labels.length, requestLimits.labels);
  for (const { classId, styleId, weight } of labels) {
    // One past the last is the null class.
    assertInteger('The class', classId, { min: 0, max: model.classes.length });
    if (styleId !== undefined) {
      assertInteger('The style', styleId, { min: 0, max: model.styles.length });
    }
    assertWithin('The weight of a label', weight, { min: 0, max: Number.MAX_VALUE });
  }
  const sum = labels.reduce((total, { weight }) => total + weight, 0);
  if (!(sum > 0 && Number.isFinite(sum))) refuse(`The weights of the labels come to ${sum}.`);
}

function assertVariation({ variation, moves = {} }: GenerateRequest, model: ModelInfo): void {
  assertWithin('The variation', variation, { min: 0, max: model.variation ? 1 : 0 });
  for (const [name, value] of Object.entries(moves)) {
    if (!model.variation?.names.some((known) => known === name)) {
      refuse(`This model knows no move called ${name}.`);
    }
    if (name === 'mirror') assertInteger('The move mirror', value, { min: 0, max: 1 });
    else assertWithin(`The move ${name}`, value, { min: -1, max: 1 });
  }
}

function assertBudget(budget: number, { budget: curve = [] }: ModelInfo): void {
  const shifts = [0, ...curve.map(({ shift }) => shift)];
  assertWithin('The budget', budget, { min: Math.min(...shifts), max: Math.max(...shifts) });
}

/** Jumps have no second half, so that guidance is an input of the network or there is none. */
function assertJumps({ guidance, guidanceChannels }: GenerateRequest, model: ModelInfo): void {
  if (guidance === 1) return;
  if (!model.foldedGuidance) refuse('In jumps this model takes no guidance but 1.');
  if (guidanceChannels !== 'all') refuse('In jumps all channels are guided, or none.');
}
