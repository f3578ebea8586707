import { mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import type { Plugin } from 'vite';

const root = fileURLToPath(new URL('../', import.meta.url));
const sources = `${root}assembly`;
const output = `${root}build/kernels`;

/** A build of the kernels: with or without fused multiply-add, alone or with threads. */
interface Build {
  readonly name: string;
  readonly features: readonly string[];
  readonly shared: boolean;
}

const builds: readonly Build[] = [
  { name: 'plain', features: ['simd'], shared: false },
  { name: 'fused', features: ['simd', 'relaxed-simd'], shared: false },
  { name: 'plain-shared', features: ['simd', 'threads'], shared: true },
  { name: 'fused-shared', features: ['simd', 'relaxed-simd', 'threads'], shared: true },
];

function optionsOf({ features, shared }: Build, outFile: string): readonly string[] {
  return [
    'index.ts',
    ...['--baseDir', sources, '--outFile', outFile],
    ...[
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--use',
      'abort=',
      '--enable',
      features.join(','),
    ],
    // Pointers are 32 bits wide on purpose.
    ...['--disableWarning', '201'],
    ...['--importMemory', '--noExportMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
    ...(shared ? ['--sharedMemory'] : []),
  ];
}

function modified(folder: string): number {
  const files = readdirSync(folder).map((name) => statSync(`${folder}/${name}`).mtimeMs);
  return Math.max(0, ...files);
}

/** True where every build is younger than its sources and than this file. */
function upToDate(): boolean {
  const newest = Math.max(modified(sources), statSync(fileURLToPath(import.meta.url)).mtimeMs);
  const built = builds.map(({ name }) =>
    statSync(`${output}/${name}.wasm`, { throwIfNoEntry: false }),
  );
  return built.every((file) => file !== undefined && file.mtimeMs > newest);
}

/**
 * Compiles assembly/ to build/kernels/*.wasm, where that is older than the sources.
 * @throws Error with the compiler's messages
 */
export async function buildKernels(): Promise<void> {
  mkdirSync(output, { recursive: true });
  if (upToDate()) return;
  for (const build of builds) {
    // Others may be reading the file, or building it too.
    const unfinished = `${output}/${build.name}.${process.pid}.wasm`;
    const stderr = asc.createMemoryStream();
    const { error } = await asc.main([...optionsOf(build, unfinished)], { stderr });
    if (error) throw new Error(`${build.name}.wasm: ${error.message}\n${stderr.toString()}`);
    renameSync(unfinished, `${output}/${build.name}.wasm`);
  }
}

/** Has the kernels built before Vite serves, bundles or tests anything. */
export function kernels(): Plugin {
  return { name: 'dydit-kernels', configResolved: buildKernels };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernels();
