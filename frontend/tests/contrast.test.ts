/** Every pair of text and ground named here must be readable, in each theme (WCAG 2.2 AA). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '../src/styles/tokens.css'), 'utf8');

function tokens(selector: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const block of css.split('}')) {
    const [head, body] = block.split('{').slice(-2);
    if (head?.trim().split('\n').pop()?.trim() !== selector) continue;
    for (const [, name, value] of (body ?? '').matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)) {
      if (name !== undefined && value !== undefined) found[name] = value;
    }
  }
  return found;
}

function luminance(hex: string): number {
  const parts = [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = parts.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const light = tokens(':root');
const themes: Record<string, Record<string, string>> = {
  light,
  dark: { ...light, ...tokens(':root[data-theme="dark"]') },
  contrast: { ...light, ...tokens(':root[data-theme="contrast"]') },
  elder: { ...light, ...tokens(':root[data-mode="elder"][data-theme="light"]') },
};
const TEXT: [string, string][] = [
  ['ink', 'paper'], ['ink', 'surface'], ['ink', 'sunken'], ['muted', 'paper'], ['muted', 'surface'], ['muted', 'sunken'],
  ['red-text', 'paper'], ['red-text', 'surface'], ['red-text', 'red-soft'], ['on-red', 'red'], ['on-band', 'band'],
  ['on-band-muted', 'band'], ['gold-text', 'gold-soft'], ['green-text', 'green-soft'], ['green-text', 'paper'],
  ['link', 'paper'], ['link', 'surface'], ['link', 'sunken'], ['link', 'blue-soft'], ['ink', 'red-soft'], ['muted', 'red-soft'],
  ['ink', 'blue-soft'], ['ink', 'gold-soft'], ['ink', 'green-soft'],
];
const SHAPES: [string, string][] = [
  ['control-border', 'paper'], ['control-border', 'surface'], ['focus', 'paper'], ['focus', 'surface'],
  ['focus-on-red', 'band'], ['series-1', 'paper'], ['series-2', 'paper'], ['series-3', 'paper'], ['series-4', 'paper'], ['series-5', 'paper'],
];

test.each(Object.keys(themes))('text and shapes can be told from their ground: %s', (theme) => {
  const named = themes[theme] ?? {};
  const weak = [
    ...TEXT.map(([text, ground]) => ({ text, ground, least: 4.5 })),
    ...SHAPES.map(([text, ground]) => ({ text, ground, least: 3 })),
  ].flatMap(({ text, ground, least }) => {
    const measured = contrast(named[text] ?? '', named[ground] ?? '');
    return measured >= least ? [] : [`${text} on ${ground}: ${measured.toFixed(2)} < ${String(least)}`];
  });
  expect(weak).toEqual([]);
});

test('a dark system gets the same colours as the dark theme', () => {
  expect(tokens(':root[data-theme="auto"]')).toEqual(tokens(':root[data-theme="dark"]'));
});
