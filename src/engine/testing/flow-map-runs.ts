import * as v from 'valibot';
import type { GenerateRequest } from '../api';
import { samplerNames } from '../../sampler/samplers';
import { moveNames, type Moves } from '../../network/conditions';

/** Runs of conformance/cases/flow-map. */
export const flowMapRuns = ['fast', 'one jump', 'long', 'two halves', 'static'] as const;

const requestSchema = v.object({
  sampler: v.picklist(samplerNames),
  steps: v.number(),
  guidance: v.number(),
  guidanceChannels: v.union([v.literal('all'), v.number()]),
  seed: v.number(),
  images: v.number(),
  labels: v.array(
    v.object({ classId: v.number(), styleId: v.optional(v.number()), weight: v.number() }),
  ),
  variation: v.number(),
  moves: v.optional(v.record(v.picklist(moveNames), v.number())),
  budget: v.number(),
  dynamicWidth: v.boolean(),
  dynamicTokens: v.boolean(),
  preview: v.picklist(['auto', 'off']),
});

/** @param json `runs.json` */
export function parseRequests(json: unknown): ReadonlyMap<string, GenerateRequest> {
  const parsed = v.parse(v.record(v.picklist(flowMapRuns), requestSchema), json);
  return new Map(
    Object.entries(parsed).map(([name, { moves, ...request }]) => {
      const known: Moves | undefined = moves;
      return [name, { ...request, ...(known && { moves: known }) }];
    }),
  );
}
