/**
 * What browsers say about an adapter. Chrome 113 to 126 have no `info` at all and, like 127 to 135,
 * keep `isFallbackAdapter` at the adapter itself (https://developer.chrome.com/blog/new-in-webgpu-127,
 * https://developer.chrome.com/blog/new-in-webgpu-136). Delete when those are older than the oldest
 * browser that the README names.
 */
export interface AdapterWords {
  readonly info?: {
    readonly vendor?: string;
    readonly architecture?: string;
    readonly device?: string;
    readonly description?: string;
    readonly isFallbackAdapter?: boolean;
  };
  readonly isFallbackAdapter?: boolean;
}

/** Software rasterisers by the words in their adapter info; `isFallbackAdapter` misses some. */
const softwareAdapter = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic render|warp/i;

/** The adapter in words, each once. */
export function adapterName({ info }: AdapterWords): string {
  const words = [info?.vendor, info?.architecture, info?.device, info?.description];
  return [...new Set(words.filter(Boolean))].join(' ') || 'unnamed adapter';
}

/** Whether WebGPU runs on the processor here. */
export function isSoftware({ info, isFallbackAdapter }: AdapterWords, name: string): boolean {
  return (info?.isFallbackAdapter ?? isFallbackAdapter ?? false) || softwareAdapter.test(name);
}
