import { NagaError, parseWgsl, validate, writeHlsl, writeMsl, writeSpirv } from 'naga-wasm';
import { describe, expect, test } from 'vitest';
import { everyShader, type NamedShader } from './testing/every-shader';

/*
 * Firefox compiles WGSL by naga: to HLSL on Windows, to MSL on macOS, to SPIR-V elsewhere. What naga
 * does not take is met by no other test: Chromium and Dawn have a compiler of their own.
 */

/** By browsers whose compiler has no subgroups, which naga has not, such a shader is never compiled. */
const isOfSubgroups = ([, code]: NamedShader): boolean => /^enable subgroups;$/m.test(code);

/** What naga says against a text; undefined where it can be translated. */
function complaint(code: string): string | undefined {
  try {
    // Values of overrides come with a pipeline, which this naga has none of.
    const module = parseWgsl(code.replace(/^override\b/gm, 'const'));
    const info = validate(module);
    writeSpirv(module, info);
    writeHlsl(module, info, { shaderModel: '6_2' });
    writeMsl(module, info, { langVersion: [2, 4] });
    info.free();
    module.free();
    return undefined;
  } catch (error) {
    return error instanceof NagaError ? error.formatted : String(error);
  }
}

const shaders = everyShader();

describe('the compiler of Firefox', () => {
  test('takes every shader without subgroups', () => {
    const refused = shaders
      .filter((shader) => !isOfSubgroups(shader))
      .flatMap(([name, code]) => {
        const words = complaint(code);
        return words === undefined ? [] : [`${name}: ${words}`];
      });
    expect(refused).toEqual([]);
  });

  test('has no subgroups', () => {
    const [, code] = shaders.find(isOfSubgroups) ?? ['', ''];
    expect(complaint(code)).toContain('the `subgroups` enable-extension is not yet supported');
  });

  // It panics where a pipeline is made of another, which takes the page's device along.
  test('meets every override before an array or a function', () => {
    const late = shaders.filter(([, code]) => /^(?:var|fn)\b[^]*^override\b/m.test(code));
    expect(late.map(([name]) => name)).toEqual([]);
  });
});
