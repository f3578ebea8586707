import { describe, expect, it } from 'vitest';
import { moveNames } from '../network/conditions';
import { drawMoves } from './moves';

const draws = Array.from({ length: 6000 }, (_, seed) => drawMoves(seed));
const all = (name: (typeof moveNames)[number]) => draws.map(({ moves }) => moves[name]);
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const there = (name: (typeof moveNames)[number]) => all(name).filter((value) => value !== 0);

/** Of 6000 draws; five standard errors of a share are 0.033. */
const tolerance = 0.04;

describe('what a seed draws is distributed as training drew it', () => {
  it('mirrors half of the pictures', () => {
    expect(new Set(all('mirror'))).toEqual(new Set([0, 1]));
    expect(Math.abs(mean(all('mirror')) - 0.5)).toBeLessThan(tolerance);
  });

  it.each(moveNames.slice(1))('has %s in seven pictures of ten, apart from the others', (name) => {
    expect(Math.abs(there(name).length / draws.length - 0.7)).toBeLessThan(tolerance);
    for (const other of moveNames.slice(1)) {
      if (other === name) continue;
      const both = draws.filter(({ moves }) => moves[name] !== 0 && moves[other] !== 0);
      expect(Math.abs(both.length / draws.length - 0.49), other).toBeLessThan(tolerance);
    }
  });

  it('tilts by half a normal, cut at its ends', () => {
    const tilts = there('tilt');
    expect(Math.max(...tilts)).toBe(1);
    expect(Math.min(...tilts)).toBe(-1);
    // Of a normal 0.9545 lie within two deviations, and 0.6827 within one.
    const within = (reach: number) =>
      tilts.filter((tilt) => Math.abs(tilt) < reach).length / tilts.length;
    expect(Math.abs(within(1) - 0.9545)).toBeLessThan(tolerance);
    expect(Math.abs(within(0.5) - 0.6827)).toBeLessThan(tolerance);
  });

  it('zooms out rather than in', () => {
    const zooms = there('zoom');
    expect(Math.max(...zooms)).toBeLessThan(0.2);
    expect(Math.min(...zooms)).toBeGreaterThan(-1);
    expect(Math.abs(mean(zooms) + 0.4)).toBeLessThan(tolerance);
  });

  it('shifts the farther, the more is zoomed out', () => {
    for (const { moves } of draws) {
      if (moves.zoom === 0) continue;
      const reach = 0.3 + 0.7 * Math.max(0, -moves.zoom);
      expect(Math.abs(moves.shift_x)).toBeLessThanOrEqual(reach);
      expect(Math.abs(moves.shift_y)).toBeLessThanOrEqual(reach);
    }
    const zoomedIn = draws.filter(({ moves }) => moves.zoom > 0.1);
    const farthest = Math.max(...zoomedIn.map(({ moves }) => Math.abs(moves.shift_x)));
    expect(farthest).toBeGreaterThan(0.27);
    // The reach is 0.3 + 0.7 * E max(0, -zoom), which is 0.3 + 0.7 * 0.5 / 1.2; half of it on average.
    expect(Math.abs(mean(there('shift_x').map(Math.abs)) - 0.2958)).toBeLessThan(tolerance);
    expect(Math.abs(mean(all('shift_x')))).toBeLessThan(tolerance);
  });

  it('turns hues by the cube of a uniform', () => {
    expect(Math.abs(mean(there('hue').map(Math.abs)) - 0.25)).toBeLessThan(tolerance);
    expect(Math.max(...there('hue'))).toBeGreaterThan(0.9);
  });

  it('is the same for a seed every time, and another for the next', () => {
    expect(drawMoves(7)).toEqual(draws[7]);
    expect(drawMoves(7)).not.toEqual(drawMoves(8));
  });
});
