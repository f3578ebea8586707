/** Numbers as the page writes them, in the page's language; no line breaks between a number and its unit. */

import { settingDecimals } from '../store/settings';
import { pageLanguage } from './language';

export { formatShare } from '../store/share-words';

const whole = new Intl.NumberFormat(pageLanguage, { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat(pageLanguage, { maximumSignificantDigits: 3 });

function fixed(digits: number): Intl.NumberFormat {
  return new Intl.NumberFormat(pageLanguage, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

const tenths = fixed(1);
const hundredths = fixed(2);
const exact = new Intl.NumberFormat(pageLanguage, {
  useGrouping: false,
  maximumFractionDigits: settingDecimals,
});

/** A setting as it is used, every digit of it: '4294967295', '2.555' */
export function formatSetting(value: number): string {
  return exact.format(value);
}

/** '3.1' */
export function formatTenths(value: number): string {
  return tenths.format(value);
}

/** Three digits: '2.41', '1,230' */
export function formatNumber(value: number): string {
  return precise.format(value);
}

/** '72 ms', '1.8 s', '2 min 5 s' */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${precise.format(ms)}\u00a0ms`;
  if (ms < 1000) return `${whole.format(ms)}\u00a0ms`;
  if (ms < 10_000) return `${tenths.format(ms / 1000)}\u00a0s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}\u00a0s`;
  return seconds % 60 === 0
    ? `${Math.floor(seconds / 60)}\u00a0min`
    : `${Math.floor(seconds / 60)}\u00a0min ${seconds % 60}\u00a0s`;
}

/** A guess in words: 'less than a second', 'about 40 s', 'about 3 minutes'. */
export function formatGuess(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 0.8) return 'less than a second';
  if (seconds < 2) return 'a second or two';
  if (seconds < 10) return `about ${Math.round(seconds)}\u00a0s`;
  if (seconds < 90) return `about ${Math.round(seconds / 5) * 5}\u00a0s`;
  return `about ${Math.round(seconds / 60)} minutes`;
}

/** Multiply-adds in units of a billion: '13.6 G' */
export function formatGiga(count: number): string {
  return `${precise.format(count / 1e9)}\u00a0G`;
}

/** '1.45×' */
export function formatRatio(ratio: number): string {
  return `${hundredths.format(ratio)}×`;
}

/** '10.0 million' */
export function formatMillions(count: number): string {
  return `${tenths.format(count / 1e6)}\u00a0million`;
}

export function formatDecibels(psnr: number): string {
  return psnr === Infinity ? 'identical' : `${tenths.format(psnr)}\u00a0dB`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.at(Math.floor(sorted.length / 2)) ?? 0;
}

/** '64 MB', '2.7 GB' */
export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${precise.format(bytes / 1e3)}\u00a0kB`;
  return bytes < 1e9
    ? `${precise.format(bytes / 1e6)}\u00a0MB`
    : `${precise.format(bytes / 1e9)}\u00a0GB`;
}

const date = new Intl.DateTimeFormat(pageLanguage, { dateStyle: 'medium' });

/** '28 Nov 2026' */
export function formatDate(msSince1970: number): string {
  return date.format(msSince1970);
}
