/** Chapters as lines of text, as far as the page helps with them; the server reads them (pure). */
import { clock } from '../player/clock';

const LINE = /^\s*(?:(\d{1,2})[:：])?(\d{1,3})[:：](\d{1,2})(?:\.(\d{1,3}))?\s*(.*)$/;

export function startOf(line: string): number | null {
  const found = LINE.exec(line);
  if (found === null) return null;
  const [, hours = '0', minutes = '0', seconds = '0', fraction = ''] = found;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(fraction.padEnd(3, '0'));
}

/** The lines that begin with a time, in their order. */
export function readLines(text: string): { start: number; title: string }[] {
  return text.split('\n').flatMap((line) => {
    const start = startOf(line);
    return start === null ? [] : [{ start, title: (LINE.exec(line)?.[5] ?? '').trim() }];
  });
}

/** `text` with a line begun at that moment, before the first later one; the caret stands after its time. */
export function beginLine(text: string, positionMs: number): { text: string; caret: number } {
  const start = Math.floor(positionMs / 1000) * 1000;
  const lines = text.split('\n');
  while (lines.length > 0 && lines[lines.length - 1]?.trim() === '') lines.pop();
  const later = lines.findIndex((line) => (startOf(line) ?? -1) > start);
  const at = later === -1 ? lines.length : later;
  const begun = `${clock(start)} `;
  const before = lines.slice(0, at);
  const caret = before.reduce((sum, line) => sum + line.length + 1, 0) + begun.length;
  return { text: [...before, begun, ...lines.slice(at)].join('\n') + '\n', caret };
}
