/** The fields of one question in a form: what they say, and having them say something. */
import type { Sent } from './config';

export type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** The fields whose names begin with `prefix`. */
export function fieldsOf(root: ParentNode, prefix: string): Field[] {
  return Array.from(root.querySelectorAll<Field>('input, select, textarea')).filter((field) =>
    field.name.startsWith(prefix),
  );
}

/** What a form would send of them, by their names without the prefix. */
export function readFields(fields: Field[], prefix: string): Sent {
  const sent: Sent = {};
  for (const field of fields) {
    if (isChoice(field) && !field.checked) continue;
    (sent[field.name.slice(prefix.length)] ??= []).push(field.value);
  }
  return sent;
}

/** Show this answer. */
export function writeFields(fields: Field[], prefix: string, answer: Sent): void {
  const used: Record<string, number> = {};
  for (const field of fields) {
    const name = field.name.slice(prefix.length);
    const values = answer[name] ?? [];
    if (isChoice(field)) field.checked = values.includes(field.value);
    else {
      const place = used[name] ?? 0;
      used[name] = place + 1;
      field.value = values[place] ?? '';
    }
  }
}

function isChoice(field: Field): field is HTMLInputElement {
  return field instanceof HTMLInputElement && (field.type === 'radio' || field.type === 'checkbox');
}
