import type { ModelInfo, WeightedLabel } from '../engine/api';
import { clamp } from './limits';
import { formatShare } from './share-words';

/** A second thing or style of a mix. */
export interface Part {
  readonly id: number;
  /** 0..1 of the mix; the rest is the first one's. */
  readonly share: number;
}

/** What is drawn: a thing or two, in a style or two. */
export interface Subject {
  readonly classId: number;
  /** `null` asks for the model's null style: any. */
  readonly styleId: number | null;
  readonly mix: Part | null;
  /** Only beside a style. */
  readonly styleMix: Part | null;
}

/** Where a mix starts, and what a link means that says no share. */
export const evenShare = 0.5;

const shareDecimals = 3;

/** The same with nothing that the model lacks. */
export function fitSubject(
  { classId, styleId, mix, styleMix }: Subject,
  model: ModelInfo,
): Subject {
  const { classes, styles } = model;
  const first = clamp(Math.trunc(classId), { min: 0, max: classes.length - 1 });
  const style = styleId !== null && styleId < styles.length ? styleId : null;
  return {
    classId: first,
    styleId: style,
    mix: fitPart(mix, { first, count: classes.length }),
    styleMix: style === null ? null : fitPart(styleMix, { first: style, count: styles.length }),
  };
}

/** A thing is not mixed with itself. */
function fitPart(
  part: Part | null,
  { first, count }: { readonly first: number; readonly count: number },
): Part | null {
  if (part === null || part.id === first || !(part.id >= 0 && part.id < count)) return null;
  const share = Number(part.share.toFixed(shareDecimals));
  return { id: part.id, share: clamp(share, { min: 0, max: 1 }) };
}

/** Whether there is anything to mix. */
export function isMixed({ mix, styleMix }: Subject): boolean {
  return mix !== null || styleMix !== null;
}

/** The same with all of the second ones' shares. */
export function withShare<S extends Subject>(subject: S, share: number): S {
  const { mix, styleMix } = subject;
  return {
    ...subject,
    mix: mix && { ...mix, share },
    styleMix: styleMix && { ...styleMix, share },
  };
}

/** What the engine mixes: each thing in each style, weighted by both shares. */
export function labelsOf({ classId, styleId, mix, styleMix }: Subject): readonly WeightedLabel[] {
  const styles = styleId === null ? [{ weight: 1 }] : parts(styleId, styleMix);
  return parts(classId, mix).flatMap((thing) =>
    styles.map((style) => ({
      classId: thing.id,
      ...('id' in style ? { styleId: style.id } : {}),
      weight: thing.weight * style.weight,
    })),
  );
}

/** One or two, without what weighs nothing. */
function parts(first: number, second: Part | null) {
  if (second === null) return [{ id: first, weight: 1 }];
  const { id, share } = second;
  return [
    { id: first, weight: 1 - share },
    { id, weight: share },
  ].filter(({ weight }) => weight > 0);
}

export function className(model: ModelInfo, classId: number): string {
  return model.classes.at(classId)?.name ?? `class ${classId}`;
}

/** @param styleId `null` is any style */
export function styleName(model: ModelInfo, styleId: number | null): string {
  return (styleId === null ? undefined : model.styles.at(styleId)) ?? 'any';
}

/** 'cat face, Noto', 'cat face 60 % + avocado 40 %, Noto' */
export function describeSubject(subject: Subject, model: ModelInfo): string {
  const { classId, styleId, mix, styleMix } = subject;
  const things = describeParts(classId, mix, (id) => className(model, id));
  if (styleId === null) return things;
  return `${things}, ${describeParts(styleId, styleMix, (id) => styleName(model, id))}`;
}

function describeParts(first: number, second: Part | null, name: (id: number) => string): string {
  const present = parts(first, second);
  if (present.length === 1) return present.map(({ id }) => name(id)).join('');
  return present.map(({ id, weight }) => `${name(id)} ${formatShare(weight)}`).join(' + ');
}

/** 'avocado 40 %', 'none' */
export function describePart(part: Part | null, name: (id: number) => string): string {
  return part ? `${name(part.id)} ${formatShare(part.share)}` : 'none';
}

/** 'cat face to avocado, Noto to Fluent': from none of the second ones to nothing else. */
export function describeWay(subject: Subject, model: ModelInfo): string {
  const way = (from: string, to: string | undefined) =>
    to === undefined ? from : `${from} to ${to}`;
  const { classId, styleId, mix, styleMix } = subject;
  const things = way(className(model, classId), mix ? className(model, mix.id) : undefined);
  if (styleId === null) return things;
  const to = styleMix ? styleName(model, styleMix.id) : undefined;
  return `${things}, ${way(styleName(model, styleId), to)}`;
}

/** Another first thing; chosen from a mix, the second one changes places with it. */
export function withClass(
  { classId, mix }: Subject,
  chosen: number,
): Pick<Subject, 'classId' | 'mix'> {
  return { classId: chosen, mix: mix?.id === chosen ? { id: classId, share: 1 - mix.share } : mix };
}

/** The same of the first style; any style has no second one. */
export function withStyle(
  { styleId, styleMix }: Subject,
  chosen: number | null,
): Pick<Subject, 'styleId' | 'styleMix'> {
  if (chosen === null) return { styleId: null, styleMix: null };
  const isSwap = styleMix?.id === chosen && styleId !== null;
  return {
    styleId: chosen,
    styleMix: isSwap ? { id: styleId, share: 1 - styleMix.share } : styleMix,
  };
}
