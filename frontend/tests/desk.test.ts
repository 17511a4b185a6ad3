import { beforeEach, expect, test } from 'vitest';
import { choose, groupFor } from '../src/islands/desk';

const group = (name: string, most: number): string =>
  `<fieldset class="points">${Array.from(
    { length: most + 1 },
    (_, points) => `<input type="radio" name="${name}" value="${String(points)}">`,
  ).join('')}</fieldset>`;

beforeEach(() => {
  document.body.innerHTML = `<lms-desk>${group('line_0', 4)}${group('line_1', 6)}<textarea></textarea></lms-desk>`;
});

const checked = (): string[] =>
  Array.from(document.querySelectorAll<HTMLInputElement>('input:checked')).map((one) => `${one.name}=${one.value}`);

function press(key: string, on: Element = document.body): void {
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}

test('figures choose points group by group, and change the last one when all are chosen', () => {
  for (const key of ['3', '5', '6']) press(key);
  expect(checked()).toEqual(['line_0=3', 'line_1=6']);
});

test('a figure there is no button for does nothing', () => {
  expect(choose(document, '9')).toBeNull();
  expect(checked()).toEqual([]);
  expect(groupFor(document)).toHaveLength(5);
});

test('who writes a comment chooses nothing by it', () => {
  const comment = document.querySelector('textarea');
  if (comment !== null) press('3', comment);
  expect(checked()).toEqual([]);
});
