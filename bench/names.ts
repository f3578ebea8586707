import { officialNames } from './configs';

export const backendNames = ['webgpu', 'wasm'] as const;
export const configNames = ['emoji', ...officialNames] as const;
export const modeNames = ['static', 'width', 'tokens', 'both'] as const;

/** Which WebGPU adapter: a processor's imitation of one (Chromium's or Mesa's), or the machine's own card. */
export const adapterNames = ['swiftshader', 'lavapipe', 'native'] as const;
/** What runs the engine: a headless browser, or Node with the package `webgpu` (Dawn). */
export const runtimeNames = ['chromium', 'node'] as const;

export type AdapterName = (typeof adapterNames)[number];
export type RuntimeName = (typeof runtimeNames)[number];
export type BackendName = (typeof backendNames)[number];
/** A model: the one that ships, or an official size. */
export type ConfigName = (typeof configNames)[number];
/** Which of dynamic width and dynamic tokens are on. */
export type Mode = (typeof modeNames)[number];
